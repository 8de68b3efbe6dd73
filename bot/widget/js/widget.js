// @ts-check
import { Chat, uuid } from "./chat.js";
import { shades } from "./colour.js";
import { el, fill, focused, icon, sheet } from "./dom.js";
import { Line } from "./line.js";
import { fillPaper } from "./paper.js";
import { firstHelp } from "./parts.js";
import { Store } from "./store.js";
import { prose } from "./text.js";
import { Views } from "./views.js";

/** The element on the host's page: launcher, panel or sheet, composer, leaving. */

const NARROW = "(max-width: 600px), (max-height: 480px)";
const SHORT = 440; // pixels: less is a keyboard on a phone, or much zoom
const PATIENCE = 5000; // without a line for longer, the words say whom to ring
const QUIET = 1500; // a gap in the line shorter than this is not worth a word
const NEUTRAL = "https://www.bbc.co.uk/weather";
const WARN_LEFT = 100;

export class Widget {
  /**
   * @param {DOMStringMap} options the script tag's data attributes
   * @param {{ base: string, words: any, css: string, languages: any[], lang: string }} given
   * @param {any} host the element in the page
   */
  constructor(options, given, host) {
    const { words, base } = given;
    this.words = words;
    this.host = host;
    this.page = options.place === "page";
    this.leaveTo = /^https:\/\//.test(options.leave || "") ? /** @type {string} */ (options.leave) : NEUTRAL;
    this.title = options.title || words.title;
    this.store = new Store(`inclusion-guide:${base}`);
    this.missed = 0;
    this.forgotten = false;

    this.root = el("div.ig", {
      lang: given.lang,
      dir: "ltr",
      "data-place": this.page ? "page" : "panel",
      "data-position": options.position === "left" ? "left" : "right",
    });
    this.chat = new Chat({
      words,
      title: this.title,
      store: this.store,
      root: this.root,
      privacy: options.privacy,
      early: firstHelp(words, this.page ? host.querySelectorAll("h2, ul") : []), // the page's own list is longer
      unread: () => this.#unread(),
    });
    this.line = new Line(base, this.store, { area: options.area, role: options.role }, {
      session: (s, ended) => {
        this.chat.begin(s);
        for (const warning of s.warnings || []) console.warn(`Inclusion Guide: ${warning}`); // for who set up the page
        this.connecting.hidden = true;
        this.#count();
        if (ended || this.forgotten) this.chat.tell(this.forgotten ? words.state.deleted : words.state.ended);
        this.forgotten = false;
      },
      event: (e) => this.chat.add(e),
      typing: (id) => this.chat.typing(id),
      erased: () => this.#forget(),
      state: (state, say) => this.#state(state, say),
      sent: (id, state) => {
        this.chat.sent(id);
        if (state === "waiting") this.chat.typing(id);
      },
      refused: (id, why) => {
        const text = this.chat.refused(id, why);
        if (!this.input.value) this.input.value = text;
        this.#count();
      },
    });
    this.chat.line = this.line;

    this.main = el("div.main", {}, this.chat.log, this.chat.newer, this.#notice(), this.#composer());
    this.views = new Views(this.chat, this.main, {
      languages: given.languages,
      forget: () => this.#forget(),
      restart: () => this.#send("/start_again", words.menu_items.restart),
    });
    this.chat.views = this.views;
    this.panel = this.#panel();
    if (!this.page) this.root.append(this.#launcher());
    this.root.append(this.panel, this.chat.paper);
    const own = Object.entries(shades(options.colour) || {}).map(([name, value]) => `${name}:${value};`);
    this.#mount((this.page ? "" : given.css) + (own.length ? `.ig{${own.join("")}}` : ""));
    if (options.colour && !shades(options.colour)) {
      console.warn(`Inclusion Guide: text in the colour ${options.colour} could not be read; the default is used.`);
    }
    this.#listen();
    if (this.page) this.#start();
    else if (
      this.store.open() ?? (options.open !== undefined && options.open !== "false")
    )
      this.open({ still: true });
  }

  // ------------------------------------------------------------------------------------------------- building

  /** @param {string} css */
  #mount(css) {
    // the page of our own has the styles already and needs no shadow: browsers' translators reach everything there
    const root = this.page ? document : this.host.attachShadow({ mode: "open" });
    const made = sheet(css);
    if (made) root.adoptedStyleSheets = [...root.adoptedStyleSheets, made];
    else (this.page ? document.head : root).append(el("style", {}, css));
    if (this.page) this.host.replaceChildren(this.root);
    else root.append(this.root);
  }

  #launcher() {
    this.badge = el("span.badge", { hidden: true });
    this.launcher = el(
      "button.launcher",
      { type: "button", "aria-haspopup": "dialog", "aria-expanded": "false" },
      icon("chat"),
      el("span", {}, this.words.launcher),
      this.badge,
    );
    this.launcher.addEventListener("click", () => this.open());
    return this.launcher;
  }

  #panel() {
    const { words } = this;
    const menu = el("button.round", { type: "button", "aria-label": words.menu }, icon("menu"));
    menu.addEventListener("click", () => (this.views.shown ? this.views.close() : this.views.menu(menu)));
    const leave = el("button.leave", { type: "button" }, icon("leave"), el("span", {}, words.leave));
    leave.addEventListener("click", () => this.leave());
    const close = el("button.round", { type: "button", "aria-label": words.close }, icon("close"));
    close.addEventListener("click", () => this.close());
    this.heading = el(this.page ? "h1" : "h2", { id: "title", tabindex: -1 }, this.title);
    return el(
      `${this.page ? "section" : "dialog"}.panel`,
      { "aria-labelledby": "title" },
      el("header.top", {}, this.heading, menu, this.page ? "" : close, leave),
      this.chat.bar,
      this.main,
      this.views.box,
      this.chat.live,
    );
  }

  #notice() {
    this.notice = el("div.notice", { hidden: true });
    this.connecting = el("p.connecting", {}, this.words.state.connecting);
    this.chat.log.prepend(this.connecting);
    return this.notice;
  }

  #composer() {
    const words = this.words.compose;
    this.input = el("textarea", {
      id: "question",
      rows: 1,
      placeholder: words.placeholder,
      autocomplete: "off",
      enterkeyhint: "send",
      "aria-describedby": "hint left",
    });
    this.left = el("span.left", { id: "left" });
    const form = el(
      "form.composer",
      {},
      el("label.sr", { for: "question" }, words.label),
      this.input,
      el("button.send", { "aria-label": words.send }, icon("send")),
      el("p.under", {}, el("span", { id: "hint" }, words.hint), this.left),
    );
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("keydown", (e) => {
      if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return; // 229: Safari composing
      e.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("input", () => this.#count());
    return form;
  }

  // ------------------------------------------------------------------------------------------------- sending

  #submit() {
    const text = this.input.value.trim();
    const over = this.#over();
    if (!text) this.#left(this.words.compose.none, true);
    if (!text || over > 0) {
      this.chat.say(this.left.textContent);
      this.input.focus();
      return;
    }
    this.#send(null, text);
    this.input.value = "";
    this.#count();
  }

  /** @param {string | null} payload @param {string} words */
  #send(payload, words) {
    const id = crypto.randomUUID?.() || uuid();
    const message = payload ? { id, payload, title: words } : { id, text: words };
    this.#start();
    this.chat.pending(message);
    this.line.send(message);
  }

  #over() {
    return [...this.input.value.trim()].length - (this.chat.limit || Infinity);
  }

  #count() {
    const { compose } = this.words;
    const over = this.#over();
    const was = this.left.dataset.state || "";
    const state = over > 0 ? "over" : over > -WARN_LEFT ? "near" : "";
    this.#left(state ? fill(over > 0 ? compose.over : compose.left, { count: Math.abs(over) }) : "", over > 0);
    this.left.dataset.state = state;
    if (state && state !== was) this.chat.say(this.left.textContent);
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  /** @param {string} words @param {boolean} bad */
  #left(words, bad) {
    this.left.textContent = words;
    this.left.classList.toggle("bad", bad);
    this.input.setAttribute("aria-invalid", String(bad));
  }

  // --------------------------------------------------------------------------------------------- line and notices

  #start() {
    this.line.start();
    if (!this.chat.begun) for (const message of this.store.outbox) this.chat.pending(message, true);
    if (!this.line.alive) this.#soonRing();
  }

  /** @param {string} state @param {string} [say] */
  #state(state, say) {
    clearTimeout(this.hush);
    if (state === "on") {
      clearTimeout(this.ring);
      this.ring = 0;
      if (!this.notice.hidden) this.chat.say(this.words.state.back);
      this.notice.hidden = true;
      return;
    }
    const show = () => this.#tell(say || this.words.state[state]);
    if (state === "refused") this.ring = -1; // the server's own sentence says more
    if (state === "lost" || state === "offline") {
      this.#soonRing();
      if (!this.notice.hidden) return this.chat.waiting();
    }
    if (state === "lost") this.hush = setTimeout(show, QUIET);
    else show();
  }

  /** @param {string} words what holds of the line */
  #tell(words) {
    this.chat.waiting();
    this.connecting.hidden = true;
    if (!this.notice.hidden && this.notice.textContent === words) return;
    this.chat.keepEnd(() => {
      this.notice.replaceChildren(prose(words));
      this.notice.hidden = false;
    });
    this.chat.say(words);
  }

  /** Whoever waits for a line may need somebody now. */
  #soonRing() {
    this.ring ||= setTimeout(() => {
      const contacts = HELP.contacts.map((c) => `${c.title} (${c.phone})`).join(this.words.state.or);
      if (document.hidden) this.ring = 0;
      else this.#tell(fill(this.words.state.ring, { urgent: HELP.urgent, contacts }));
    }, PATIENCE);
  }

  #unread() {
    if (this.page || this.panel.open) return;
    this.missed += 1;
    this.badge.textContent = fill(this.words.launcher_new, { count: this.missed });
    this.badge.hidden = false;
  }

  // ------------------------------------------------------------------------------------------- opening and leaving

  /** @param {{ still?: boolean, text?: string }} [how] still: the page has just loaded and the focus is not ours */
  open({ still = false, text = "" } = {}) {
    this.#start();
    if (!this.page && !this.panel.open) {
      const had = document.activeElement;
      const sheet = matchMedia(NARROW).matches && this.panel.showModal;
      if (sheet) this.panel.showModal();
      else this.panel.setAttribute("open", "");
      this.panel.classList.toggle("sheet", Boolean(sheet));
      this.launcher.setAttribute("aria-expanded", "true");
      this.store.open(true);
      this.missed = 0;
      this.badge.hidden = true;
      this.#fit();
      if (!still) (matchMedia("(hover: hover) and (pointer: fine)").matches ? this.input : this.heading).focus();
      else if (sheet) this.heading.focus();
      else if (had instanceof HTMLElement) had.focus({ preventScroll: true });
      this.#count();
    }
    if (text) {
      this.input.value = text;
      this.#count();
      this.input.focus();
    }
  }

  close() {
    if (this.page || !this.panel.open) return;
    const had = this.panel.contains(focused(this.panel));
    if (this.panel.close) this.panel.close();
    else this.panel.removeAttribute("open");
    this.#closed();
    if (had) this.launcher.focus();
  }

  #closed() {
    if (this.panel.open) return;
    this.launcher.setAttribute("aria-expanded", "false");
    if (this.store.open()) this.store.open(false); // else it was left, and nothing of it is to be noted
  }

  /** Away from here at once: nothing stays on the screen, in this browser's keeping, or at this place of the history. */
  leave() {
    this.root.remove();
    document.documentElement.style.setProperty("display", "none", "important");
    document.title = "";
    this.line.stop();
    this.store.erase();
    location.replace(this.leaveTo);
  }

  /**
   * Back from the browser's history, where pages stay as they were: nothing is seen of a conversation that was left or
   * deleted on a later page.
   */
  #comeBack() {
    if (this.store.same()) {
      this.chat.showKept();
      return this.line.reset();
    }
    this.views.close();
    this.chat.forget();
    this.input.value = "";
    this.#count();
    if (this.page || this.store.open()) return this.line.reset();
    this.line.stop();
    this.close();
    this.missed = 0;
    this.badge.hidden = true;
  }

  #forget() {
    this.store.clear();
    this.chat.forget();
    this.forgotten = true;
    this.line.reset();
  }

  // ------------------------------------------------------------------------------------------------ keys and sizes

  #listen() {
    const back = (e) => {
      e.preventDefault();
      if (this.views.shown) this.views.close();
      else this.close();
    };
    let [shifts, last] = [0, 0];
    // wherever the focus is, also on a page that nobody has touched yet
    addEventListener(
      "keydown",
      (e) => {
        if (!this.page && !this.panel.open) return;
        shifts = e.key === "Shift" && !e.repeat ? (e.timeStamp - last < 2000 ? shifts + 1 : 1) : 0;
        last = e.timeStamp;
        if (shifts === 3) this.leave();
      },
      true,
    );
    addEventListener("pointerdown", () => (shifts = 0), true); // Shift and the mouse choose text
    this.panel.addEventListener("keydown", (e) => e.key === "Escape" && !e.isComposing && back(e));
    // what is seen again from the history is decided on before it is painted
    const { style } = this.root;
    addEventListener("pagehide", () => style.setProperty("visibility", "hidden", "important"));
    addEventListener("pageshow", (e) => {
      if (e.persisted) this.#comeBack();
      style.removeProperty("visibility");
    });
    this.panel.addEventListener("cancel", back);
    if (!this.page) this.panel.addEventListener("close", () => this.#closed());
    matchMedia(NARROW).addEventListener("change", () => {
      if (this.page || !this.panel.open) return;
      const had = focused(this.panel);
      this.panel.close?.();
      this.open({ still: true });
      if (this.panel.contains(had)) had.focus({ preventScroll: true });
    });
    const seen = window.visualViewport;
    seen?.addEventListener("resize", () => this.#fit());
    seen?.addEventListener("scroll", () => this.#fit());
    addEventListener("beforeprint", () => {
      if (this.page && !this.root.classList.contains("printing")) fillPaper(this.chat, [...this.chat.events.values()]);
    });
    addEventListener("storage", (e) => {
      if (e.key === this.store.name && this.store.elsewhere(e.newValue)) this.#forget();
    });
    this.#fit();
  }

  /** The sheet covers what can be seen, not what lies under the keyboard. Pinched, it stays as it is. */
  #fit() {
    const seen = window.visualViewport;
    if (!seen || seen.scale > 1.01) return;
    this.panel.style.setProperty("--seen", `${Math.round(seen.height)}px`);
    this.panel.style.setProperty("--from", `${Math.round(seen.offsetTop)}px`);
    this.root.toggleAttribute("data-short", seen.height < SHORT);
  }
}
