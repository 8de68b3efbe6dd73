/** What the bundle puts before the modules. */
declare const STRINGS: Record<string, any>;
declare const CSS_TEXT: string;
declare const HELP: { urgent: string; contacts: { title: string; phone: string }[] };
declare const LANGUAGES: { code: string; name: string; dir?: string; text: string[] }[];
