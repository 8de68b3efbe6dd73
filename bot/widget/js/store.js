// @ts-check
/**
 * What this browser keeps: the key to the conversation and messages not yet sent, never the answers.
 * For the tab alone, or, if the person chooses, on the device.
 */

const GONE = '"gone"';

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
  }

  get place() {
    return this.kept ? this.device : this.tab;
  }

  /** @returns {Record<string, any>} */
  read() {
    try {
      return JSON.parse(this.place?.getItem(this.name) || "null") || this.memory;
    } catch {
      return this.memory;
    }
  }

  /** @param {Record<string, any>} changes */
  set(changes) {
    this.memory = { ...this.read(), ...changes };
    try {
      this.place?.setItem(this.name, JSON.stringify(this.memory));
    } catch {} // full or forbidden: memory has it
  }

  /** @param {boolean} keep move everything to the device, or back to the tab */
  keep(keep) {
    const all = this.read();
    this.place?.removeItem(this.name);
    this.kept = keep && Boolean(this.device);
    this.set(all);
  }

  /** Forget the conversation, in other tabs that share it, too. */
  clear() {
    this.memory = {};
    if (this.kept) this.device?.setItem(this.name, GONE);
    for (const place of [this.tab, this.device]) place?.removeItem(this.name);
    this.kept = false;
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
    } else if (now !== GONE) this.memory = JSON.parse(now);
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
    try {
      this.tab?.setItem(name, open ? "1" : "0");
    } catch {}
    return open;
  }

  /** Leave nothing in this browser. */
  erase() {
    this.clear();
    this.tab?.removeItem(`${this.name}:open`);
  }
}

/** @typedef {{ id: string, text?: string, payload?: string, title?: string }} Message */
