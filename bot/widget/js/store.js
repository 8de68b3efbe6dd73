// @ts-check
/**
 * What this browser keeps: the key to the conversation and messages not yet sent, never the answers.
 * For the tab alone, or, if the person chooses, on the device.
 */

const GONE = '"gone"';

/** @param {() => void} write what a browser may refuse */
function attempt(write) {
  try {
    write();
  } catch {}
}

/** @param {string | null | undefined} text */
function parse(text) {
  try {
    return JSON.parse(text || "null");
  } catch {
    return null;
  }
}

/** @param {"sessionStorage" | "localStorage"} kind */
function drawer(kind) {
  try {
    const found = window[kind];
    found.getItem("");
    return found;
  } catch {
    return null; // a browser that forbids storage: the conversation lives until the page goes
  }
}

export class Store {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.tab = drawer("sessionStorage");
    this.device = drawer("localStorage");
    /** @type {Record<string, any>} */
    this.memory = {};
    this.kept = Boolean(this.device?.getItem(name));
    this.memory = this.read();
  }

  get place() {
    return this.kept ? this.device : this.tab;
  }

  /** @returns {Record<string, any>} */
  read() {
    return parse(this.place?.getItem(this.name)) || this.memory;
  }

  /** @param {Record<string, any>} changes */
  set(changes) {
    this.memory = { mark: Math.random(), ...this.read(), ...changes }; // the mark is the conversation's, and this browser's alone
    attempt(() => this.place?.setItem(this.name, JSON.stringify(this.memory))); // full or forbidden: memory has it
  }

  /** @param {boolean} keep move everything to the device, or back to the tab; where the device refuses, it stays */
  keep(keep) {
    const all = this.read();
    const from = this.place;
    this.kept = keep && Boolean(this.device);
    this.set(all);
    if (keep && !this.device?.getItem(this.name)) this.kept = false;
    else if (this.place !== from) attempt(() => from?.removeItem(this.name));
  }

  /** Forget the conversation, in other tabs that share it, too. */
  clear() {
    this.memory = {};
    if (this.kept) attempt(() => this.device?.setItem(this.name, GONE));
    for (const place of [this.tab, this.device]) attempt(() => place?.removeItem(this.name));
    this.kept = false;
  }

  /**
   * Look again, after other pages were shown in this tab. False where they left, deleted or replaced the conversation;
   * where nothing can be stored they could have done so unseen.
   */
  same() {
    const { mark } = this.memory;
    this.kept = Boolean(this.device?.getItem(this.name));
    this.memory = parse(this.place?.getItem(this.name)) || {};
    return Boolean(mark) && this.memory.mark === mark;
  }

  /**
   * Another tab changed what is kept on the device. True if it is to be forgotten here, too.
   * @param {string | null} now
   */
  elsewhere(now) {
    if (!this.kept) return false;
    if (now === null) {
      this.kept = false;
      this.set(this.memory);
    } else if (now !== GONE) this.memory = parse(now) || this.memory;
    return now === GONE;
  }

  /** @returns {Message[]} */
  get outbox() {
    return this.read().outbox || [];
  }

  /** @param {Message} message */
  hold(message) {
    this.set({ outbox: [...this.outbox, message] });
  }

  /** @param {string} id */
  drop(id) {
    this.set({ outbox: this.outbox.filter((m) => m.id !== id) });
  }

  /**
   * Whether the chat stands open in this tab; null where it was neither opened nor closed yet.
   * @param {boolean} [open]
   */
  open(open) {
    const name = `${this.name}:open`;
    if (open === undefined) return { 1: true, 0: false }[this.tab?.getItem(name) || ""] ?? null;
    attempt(() => this.tab?.setItem(name, open ? "1" : "0"));
    return open;
  }

  /** Leave nothing in this browser. */
  erase() {
    this.clear();
    attempt(() => this.tab?.removeItem(`${this.name}:open`));
  }
}

/** @typedef {{ id: string, text?: string, payload?: string, title?: string }} Message */
