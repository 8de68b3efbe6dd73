// @ts-check
import { el, fill, focused, icon } from "./dom.js";
import { asks, choices, emergency, feedback, replyBody } from "./parts.js";
import { dial, outside, prose, spoken } from "./text.js";
import { Walk, stepCard, summaryCard } from "./walk.js";

/** The conversation on the screen: events in, nodes out. Each event is shown once, whatever comes twice. */

const NEAR = 80; // pixels from the end that still count as being there
const READ_FOR = 8000; // how long a text stays in the live region
const DANGER = "/danger";

export class Chat {
  /**
   * `line` and `views` are set before anything is shown.
   * @param {{ words: any, title: string, store: import("./store.js").Store, root: HTMLElement, privacy?: string, early: any, unread: () => void }} setting
   */
  constructor({ words, title, store, root, privacy, early, unread }) {
    this.words = words;
    this.title = title;
    this.store = store;
    this.root = root;
    this.privacy = privacy;
    this.early = early;
    this.unread = unread;
    this.begun = false;
    /** @type {any} */
    this.line = null;
    /** @type {any} */
    this.views = null;
    this.limit = 0;
    this.keptSign = null;
    /** @type {Map<string, any>} */
    this.events = new Map();
    /** @type {Set<string>} what this page sent and has no answer to */
    this.waitsFor = new Set();
    /** @type {Set<string>} what the server is at */
    this.busy = new Set();
    this.walk = new Walk(this);
    this.labels = {};
    this.scope = {};
    this.list = el("div.list");
    this.typingSign = el("div.typing", { hidden: true }, el("span.dots", {}, el("i"), el("i"), el("i")), el("span", {}, this.words.state.typing));
    this.log = el("div.log", { tabindex: 0, role: "region", "aria-label": this.words.conversation }, early, this.list, this.typingSign);
    this.live = el("div.live.sr", { "aria-live": "polite", "aria-relevant": "additions", "aria-atomic": "false" });
    this.newer = el("button.newer", { type: "button", hidden: true }, icon("down"), this.words.state.newer);
    this.bar = el("div.helpbar", { hidden: true, role: "region", "aria-label": this.words.crisis.heading });
    this.paper = el("div.paper");
    this.newer.addEventListener("click", () => {
      this.#show(this.list.lastElementChild);
      this.log.focus({ preventScroll: true });
    });
    this.log.addEventListener("scroll", () => this.#atEnd() && (this.newer.hidden = true), { passive: true });
  }

  #empty() {
    for (const known of [this.events, this.waitsFor, this.busy]) known.clear();
    this.walk = new Walk(this);
    this.list.replaceChildren();
    this.begun = this.early.hidden = false;
    this.bar.hidden = true;
    this.typingSign.hidden = true;
  }

  /** Nothing of the conversation stays on the screen. */
  forget() {
    this.scope = {};
    this.#empty();
    for (const words of [this.live, this.paper]) words.replaceChildren();
  }

  /** Read this out, once. @param {string} text */
  say(text) {
    const line = el("p", {}, text);
    this.live.append(line);
    setTimeout(() => line.remove(), READ_FOR);
  }

  /** Show and read out a line of the chat's own. @param {string} text */
  tell(text) {
    this.#place(el("p.told", {}, text));
    this.say(text);
    this.#show(this.list.lastElementChild);
  }

  /**
   * All of a conversation at once, read by nobody aloud.
   * @param {any} session
   */
  begin(session) {
    const ids = new Set(session.events.map((e) => e.id));
    this.labels = session.labels || {};
    this.limit = session.limit;
    if (this.begun && [...this.events.keys()].every((id) => ids.has(id))) {
      for (const event of session.events) this.add(event);
      return;
    }
    this.#empty();
    this.begun = this.early.hidden = true;
    this.list.append(this.#firstWords(session));
    for (const event of session.events) this.add(event, true);
    for (const message of this.store.outbox) this.pending(message, true);
    const last = this.list.querySelector(".msg:last-of-type");
    for (const id of session.waiting || []) this.typing(id);
    if (last) this.#show(last, true);
  }

  /** @param {any} session */
  #firstWords(session) {
    const words = this.words.first;
    const kept = el("p.small");
    this.keptSign = kept;
    const card = el(
      "div.first",
      {},
      ...session.start.text.map((p) => {
        const said = prose(p);
        const urgent = said.querySelector("a[href^='tel:']");
        return urgent ? emergency(said) : el("div.prose", {}, said);
      }),
      kept,
    );
    this.showKept();
    if (this.privacy) card.append(el("p.small", {}, outside(this.privacy, words.privacy)));
    card.append(choices(this, session.start.buttons || []));
    return card;
  }

  showKept() {
    const { first, menu_items: menu } = this.words;
    if (!this.keptSign) return;
    const toggle = el("button.link", { type: "button" }, menu.keep);
    toggle.addEventListener("click", () => this.views.menu(toggle));
    this.keptSign.replaceChildren(this.store.kept ? first.kept : `${first.here} `, this.store.kept ? "" : toggle);
  }

  /** Before what is not sent yet. @param {any} node */
  #place(node) {
    this.list.insertBefore(node, this.list.querySelector(":scope > .pending"));
  }

  /**
   * One event of the conversation.
   * @param {any} event
   * @param {boolean} [quiet] part of what is shown again: not read out, not scrolled to
   */
  add(event, quiet) {
    if (this.events.has(event.id)) return;
    this.events.set(event.id, event);
    const follow = !quiet && (this.#atEnd() || this.waitsFor.has(event.message));
    if (event.type === "said") {
      this.#said(event);
      if (follow) this.#show(this.list.lastElementChild);
      return;
    }
    if (event.type !== "reply") return;
    this.#answered(event.message);
    const card = this.#reply(event);
    this.#place(card);
    if (event.reply.steps?.length) this.walk.add(card, event.reply);
    if (event.reply.status === "crisis") this.#pin(card, event.reply);
    if (Object.values(event.reply.scope || {}).some(Boolean)) {
      this.scope = Object.fromEntries(
        Object.entries({ ...this.scope, ...event.reply.scope }).map(([k, v]) => [k, v ?? this.scope[k]]),
      );
    }
    if (quiet) return;
    this.say(this.#aloud(event));
    this.unread();
    if (follow) this.#show(this.#question(event, card));
    else this.newer.hidden = false;
  }

  /** What was asked, where it stands just above the answer; else the answer. @param {any} event @param {any} card */
  #question(event, card) {
    const before = card.previousElementSibling;
    const near = before?.dataset.message === event.message && before.offsetHeight && before.offsetHeight < 120;
    return near ? before : card;
  }

  /** @param {any} event */
  #aloud(event) {
    const { reply } = event;
    const { state } = this.words;
    return [
      ...reply.blocks.filter((b) => !b.folded && b.kind !== "sources").map((block) =>
        block.ids && reply.contacts?.length
          ? fill(state.contacts, { names: reply.contacts.map((c) => c.title).join(", ") })
          : spoken(block)),
      reply.buttons?.length > 1 && fill(state.choices, { count: reply.buttons.length }),
    ]
      .filter(Boolean)
      .join("\n");
  }

  /** @param {any} event */
  #reply(event) {
    const { reply } = event;
    const { status } = reply;
    const urgent = (reply.buttons || []).filter((b) => reply.hint && b.payload === DANGER);
    const buttons = (reply.buttons || []).filter((b) => !urgent.includes(b));
    const walking = (status === "walkthrough_step" || status === "walkthrough_summary") && reply.steps?.length;
    const inside = !walking
      ? replyBody(this, reply)
      : status === "walkthrough_step"
        ? stepCard(this, reply)
        : summaryCard(this, event);
    const crisis = status === "crisis";
    const heading = crisis ? el("h3", {}, icon("alert"), this.words.crisis.heading) : el("h3.sr", {}, this.words.answer);
    const kind = crisis ? ".crisis" : walking ? ".walk" : "";
    return el(
      `article.msg.bot${kind}`,
      { "data-status": status, "data-event": event.id, "data-for": event.message },
      heading,
      reply.hint && el("div.hint", {}, ...prose(reply.hint).childNodes, urgent.length && choices(this, urgent)),
      el("div.bubble", {}, ...inside.filter(Boolean)),
      !(walking && status === "walkthrough_step") && buttons.length && choices(this, buttons),
      feedback(this, event),
    );
  }

  /** @param {any} event */
  #said(event) {
    const shown = this.list.querySelector(`[data-message="${CSS.escape(event.message)}"]`);
    const node = shown || this.#bubble(event.message, "");
    const words = event.title || event.text;
    if (words) node.querySelector(".bubble").textContent = words;
    else if (!shown) return;
    node.querySelector(".way")?.remove();
    node.classList.remove("pending");
    if (!shown || this.list.querySelector(":scope > .pending") !== shown.nextElementSibling) this.#place(node);
    if (event.title) this.#chosen(event.title, null, event.message);
    this.#ticked(node, event.message);
    this.#close();
  }

  /** @param {string} id @param {string} text */
  #bubble(id, text) {
    return el(
      "article.msg.me",
      { "data-message": id },
      el("h3.sr", {}, this.words.you),
      el("p.bubble", { dir: "auto" }, text),
    );
  }

  /**
   * A message on its way.
   * @param {any} message
   * @param {boolean} [quiet]
   */
  pending(message, quiet) {
    if (this.list.querySelector(`[data-message="${CSS.escape(message.id)}"]`)) return;
    const node = this.#bubble(message.id, message.title || message.text);
    node.classList.add("pending");
    node.append(el("p.way", {}, this.words.state[quiet || !this.line.alive ? "waiting" : "sending"]));
    this.list.append(node);
    if (message.title) this.#chosen(message.title, null, message.id);
    this.#ticked(node, message.id);
    this.#close();
    this.waitsFor.add(message.id);
    if (!quiet) this.#show(node);
  }

  /** @param {string} id */
  sent(id) {
    this.list.querySelector(`[data-message="${CSS.escape(id)}"] .way`)?.remove();
  }

  /** What waits says so. */
  waiting() {
    for (const way of this.list.querySelectorAll(".pending .way")) way.textContent = this.words.state.waiting;
  }

  /**
   * The server would not have it; its words go back to where they can be changed.
   * @param {string} id
   * @param {string} [why]
   */
  refused(id, why) {
    const node = this.list.querySelector(`[data-message="${CSS.escape(id)}"]`);
    const said = why || this.words.state.refused_message;
    for (const button of this.list.querySelectorAll(`[data-by="${CSS.escape(id)}"]`)) this.#reopen(button.parentNode);
    const text = node?.querySelector(".bubble").textContent || "";
    node?.remove();
    this.tell(said);
    return text;
  }

  /**
   * A button of a reply.
   * @param {string} title
   * @param {string} payload
   * @param {any} button
   */
  tap(title, payload, button) {
    const message = { id: crypto.randomUUID?.() || uuid(), payload, title };
    this.#chosen(title, button, message.id);
    this.line.send(message);
    this.pending(message);
  }

  /** @param {string} title @param {any} button @param {string} id */
  #chosen(title, button, id) {
    if (this.list.querySelector(`[data-by="${CSS.escape(id)}"]`)) return;
    const boxes = button ? [button.parentNode] : [...this.list.querySelectorAll(".choices")].reverse();
    for (const box of boxes) {
      const found = button || [...box.children].find((b) => b.textContent === title && !b.dataset.by);
      if (!found) continue;
      found.dataset.by = id;
      found.classList.add("chosen");
      found.setAttribute("aria-disabled", "true");
      found.setAttribute("aria-pressed", "true");
      found.tabIndex = -1;
      return;
    }
  }

  /** A tick of the checklist stands on its card and needs no words beside it. @param {any} node @param {string} id */
  #ticked(node, id) {
    const button = this.list.querySelector(`[data-by="${CSS.escape(id)}"]`);
    node.classList.toggle("ticked", Boolean(button?.closest("[data-status=walkthrough_step]")));
  }

  /** The conversation has gone on: questions asked before it are no longer open. */
  #close() {
    for (const card of this.list.querySelectorAll(".msg.bot")) {
      if (!asks(card.dataset.status)) continue;
      for (const button of card.querySelectorAll(".choice")) {
        button.setAttribute("aria-disabled", "true");
        button.tabIndex = -1;
      }
    }
  }

  /** @param {any} box */
  #reopen(box) {
    for (const button of box.closest(".msg, .first").querySelectorAll(".choice")) {
      button.classList.remove("chosen");
      delete button.dataset.by;
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-pressed");
      button.removeAttribute("tabindex");
    }
  }

  /** Something is being answered; null: nothing is known any more. @param {string | null} id */
  typing(id) {
    if (id === null) this.busy.clear();
    else if (![...this.events.values()].some((e) => e.type === "reply" && e.message === id)) this.busy.add(id);
    const was = this.typingSign.hidden;
    this.typingSign.hidden = !this.busy.size;
    if (!was || !this.busy.size) return;
    if (this.waitsFor.size || this.#atEnd(this.typingSign.offsetHeight)) this.#scroll(this.log.scrollHeight);
  }

  /** @param {string} id a message that has its answer */
  #answered(id) {
    this.waitsFor.delete(id);
    this.busy.delete(id);
    this.typingSign.hidden = !this.busy.size;
  }

  /** The numbers to ring stay on the screen, whatever comes after. @param {any} card @param {any} reply */
  #pin(card, reply) {
    const words = this.words.crisis;
    const numbers = reply.contacts.filter((c) => c.pin && c.phone && dial(c.phone));
    const show = el("button.plain", { type: "button", "aria-label": words.show }, el("span", {}, words.show), icon("down"));
    const hide = el("button.round", { type: "button", "aria-label": words.hide }, icon("close"));
    show.addEventListener("click", () => {
      this.views.close();
      this.#show(card);
      this.log.focus({ preventScroll: true });
    });
    hide.addEventListener("click", () => {
      this.bar.hidden = true;
      (this.views.shown ? this.views.box : this.log).focus({ preventScroll: true });
    });
    const row = el(
      "div",
      {},
      ...numbers.map((c) =>
        el("a.act.strong", { href: `tel:${dial(c.phone)}`, translate: "no", "aria-label": fill(this.words.contact.call, { number: c.phone }) }, icon("phone"), el("span", {}, c.phone)),
      ),
      show,
      hide,
    );
    this.bar.replaceChildren(row);
    this.bar.hidden = false;
  }

  /** Whoever is at the end of the conversation stays there. @param {() => void} change to what stands below it */
  keepEnd(change) {
    const end = this.#atEnd();
    change();
    if (end) this.#scroll(this.log.scrollHeight, true);
  }

  /** @param {number} [also] */
  #atEnd(also = 0) {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    return scrollHeight - scrollTop - clientHeight < NEAR + also;
  }

  /** Bring the beginning of something to the top. @param {any} node @param {boolean} [still] */
  #show(node, still) {
    if (!node) return;
    this.#scroll(Math.max(0, node.offsetTop - 12), still);
    this.newer.hidden = true;
  }

  /** @param {number} top @param {boolean} [still] */
  #scroll(top, still) {
    const calm = still || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.log.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
  }

  /** Whether keyboard focus is in the conversation. */
  get held() {
    return this.list.contains(focused(this.list));
  }
}

/** A random id where the page has no https and so no `randomUUID`. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
