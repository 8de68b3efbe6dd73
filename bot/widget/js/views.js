// @ts-check
import { el, focused, icon } from "./dom.js";
import { print } from "./paper.js";
import { prose } from "./text.js";

/** What lies over the conversation for a moment: the menu, changing the scope, a person to talk to, other languages. */

export class Views {
  /**
   * @param {any} chat
   * @param {any} main what the view covers
   * @param {{ languages: any[], forget: () => void, restart: () => void }} setting
   */
  constructor(chat, main, setting) {
    this.chat = chat;
    this.main = main;
    this.setting = setting;
    this.words = chat.words;
    this.box = el("section.view", { hidden: true, tabindex: -1 });
    /** @type {any} */
    this.opener = null;
  }

  get shown() {
    return !this.box.hidden;
  }

  /**
   * @param {string} title
   * @param {any} opener what gets the focus back
   * @param {...any} inside
   */
  open(title, opener, ...inside) {
    if (!this.shown) this.opener = opener;
    const heading = el("h3", { tabindex: -1, id: "view" }, title);
    const back = el("button.plain.back", { type: "button" }, icon("back"), this.words.back);
    back.addEventListener("click", () => this.close());
    this.box.setAttribute("aria-labelledby", "view");
    this.box.replaceChildren(back, heading, ...inside.filter(Boolean));
    this.box.hidden = false;
    this.main.hidden = true;
    this.box.scrollTop = 0;
    heading.focus();
  }

  close() {
    if (!this.shown) return;
    const had = this.box.contains(focused(this.box));
    this.box.hidden = true;
    this.box.replaceChildren();
    this.main.hidden = false;
    if (had) (this.opener?.isConnected && this.opener.offsetParent ? this.opener : this.chat.log).focus();
  }

  /** @param {any} opener */
  menu(opener) {
    const words = this.words.menu_items;
    const { chat } = this;
    const row = (title, about, done) => {
      const button = el("button.row", { type: "button" }, el("strong", {}, title), about && el("span.small", {}, about));
      button.addEventListener("click", () => done(button));
      return button;
    };
    const keep = el("input", { type: "checkbox", id: "keep", "aria-describedby": "keep-about" });
    keep.checked = chat.store.kept;
    const about = el("p.small", { id: "keep-about" }, words.keep_about);
    keep.addEventListener("change", () => {
      chat.store.keep(keep.checked);
      if (keep.checked && !chat.store.kept) {
        keep.checked = false;
        chat.say((about.textContent = words.keep_failed));
      }
      chat.showKept();
      chat.line.session().catch(() => {});
    });
    const cards = this.setting.languages;
    this.open(
      this.words.menu,
      opener,
      row(words.person, words.person_about, (button) => this.person(button)),
      el(
        "div.row.keeps",
        {},
        el("label", { for: "keep" }, keep, el("strong", {}, words.keep)),
        about,
      ),
      row(words.print, "", () => print(chat, [...chat.events.values()])),
      row(words.restart, words.restart_about, () => {
        this.close();
        this.setting.restart();
      }),
      this.#deleting(),
      cards.length && row(words.languages, cards.map((card) => card.name).join(" · "), () => this.languages()),
      chat.privacy && el("a.row", { href: chat.privacy, target: "_blank", rel: "noopener noreferrer" }, el("strong", {}, words.privacy)),
      el("p.small", {}, `${words.leaving} ${this.words.leave_hint}`),
    );
  }

  #deleting() {
    const words = this.words.menu_items;
    const ask = el("button.row", { type: "button", "aria-expanded": "false" }, el("strong", {}, words.delete), el("span.small", {}, words.delete_about));
    const no = el("button.plain", { type: "button" }, words.delete_no);
    const yes = el("button.plain.danger", { type: "button" }, words.delete_yes);
    const trouble = el("p.small.bad");
    const sure = el("div.sure", { hidden: true }, el("p", {}, words.delete_sure), yes, no, trouble);
    const open = (shown) => {
      sure.hidden = !shown;
      ask.setAttribute("aria-expanded", String(shown));
      (shown ? no : ask).focus();
    };
    ask.addEventListener("click", () => open(sure.hidden));
    no.addEventListener("click", () => open(false));
    yes.addEventListener("click", async () => {
      try {
        await this.chat.line.erase();
      } catch {
        trouble.textContent = words.delete_failed;
        this.chat.say(words.delete_failed);
        return;
      }
      this.close();
      this.setting.forget();
    });
    return el("div", {}, ask, sure);
  }

  /** @param {any} opener */
  scope(opener) {
    const words = this.words.scope;
    const { labels, scope } = this.chat;
    const group = (title, kind, choices) =>
      Object.keys(choices || {}).length &&
      el(
        "fieldset",
        {},
        el("legend", {}, title),
        ...Object.entries(choices).map(([id, name]) => {
          const now = scope[kind] === id;
          const button = el(`button.choice${now ? ".chosen" : ""}`, { type: "button" }, icon("done"), el("span", {}, String(name)));
          if (now) button.append(el("span.sr", {}, ` (${words.now})`));
          button.addEventListener("click", () => {
            this.close();
            if (!now) this.chat.tap(String(name), `/inform${JSON.stringify({ [kind]: id })}`, button);
          });
          return button;
        }),
      );
    this.open(
      words.title,
      opener,
      group(words.role, "role", labels.role),
      group(words.area, "area", labels.area),
      group(words.stage, "stage", (labels.stage || {})[scope.area]),
    );
  }

  languages() {
    const cards = this.setting.languages.map((card) =>
      el("article.card", { lang: card.code, dir: card.dir || "ltr" }, el("h4", {}, card.name), prose(card.text.join("\n"))),
    );
    this.open(this.words.menu_items.languages, this.opener, ...cards);
  }

  /** A person to talk to: into the helpline's queue where there is one, else whom to call. @param {any} opener */
  async person(opener) {
    /** @type {any} */
    let offer = { available: false };
    try {
      offer = await this.chat.line.ask("GET", "/web/handover");
    } catch {}
    if (offer.available) this.#handover(offer, opener);
    else {
      this.close();
      this.chat.tap(this.words.menu_items.person, "/person", opener);
    }
  }

  /** @param {any} offer @param {any} opener */
  #handover(offer, opener) {
    const words = this.words.handover;
    const summary = el("textarea", { id: "summary", rows: 8, required: true });
    summary.value = offer.summary;
    const contact = el("input", { id: "contact", type: "text", autocomplete: "off", maxlength: 200, "aria-describedby": "contact-hint" });
    const agree = el("input", { id: "agree", type: "checkbox" });
    const trouble = el("p.bad");
    const fail = (said) => {
      trouble.textContent = said;
      this.chat.say(said);
    };
    const form = el(
      "form",
      { novalidate: true },
      el("p", {}, words.lead),
      el("label", { for: "summary" }, words.summary),
      summary,
      el("label", { for: "contact" }, words.contact),
      el("p.small", { id: "contact-hint" }, words.contact_hint),
      contact,
      el("label.tickbox", { for: "agree" }, agree, el("span", {}, words.agree)),
      trouble,
      el("button.strong", {}, words.send),
    );
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      const wrong = !summary.value.trim() ? [summary, words.empty] : !agree.checked ? [agree, words.agree_first] : null;
      if (wrong) {
        fail(wrong[1]);
        wrong[0].focus();
        return;
      }
      try {
        await this.chat.line.ask("POST", "/web/handover", { summary: summary.value.trim(), contact: contact.value.trim() || null });
      } catch (error) {
        fail(/** @type {any} */ (error).say || words.failed);
        return;
      }
      this.close();
      this.chat.tell(words.sent);
    });
    this.open(words.title, opener, form);
  }
}
