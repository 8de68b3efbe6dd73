// Keeps what is written: at the server as soon as possible, and until then in this browser.

import { send } from "./session.js";

const PAUSE = 600; // milliseconds after the last key
const RETRY = 3000;
const PATIENCE = 8000; // until a server that does not answer is taken for gone

/**
 * Saves `read()` to `path` whenever `changed()` was called, one save at a time.
 * `done(answer)` gets what the server says; `conflict(answer)` what it says where somebody else was faster.
 */
export class Keeper {
  constructor({ path, key, read, done, conflict, show }) {
    Object.assign(this, { path, key, read, done, conflict, show });
    this.dirty = false;
    this.busy = false;
    this.held = false; // until the adviser has chosen between two texts
    this.timer = 0;
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => this.dirty && this.save());
  }

  /** Something was written. */
  changed(pause = PAUSE) {
    this.dirty = true;
    this.backUp();
    this.show("unsaved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  backUp() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ ...this.read(), at: Date.now() }));
    } catch {
      // a full or forbidden store: the server is still asked at once
    }
  }

  /** What was written and not saved when the page ended; null if there is none. */
  backup() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  forget() {
    localStorage.removeItem(this.key);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.busy || !this.dirty || this.held) return;
    this.busy = true;
    this.dirty = false;
    let again = 0;
    this.show("saving");
    try {
      const answer = await send(this.path, { json: this.read(), patience: PATIENCE });
      if (answer.status === 409) {
        this.dirty = true;
        this.conflict(await answer.json());
      } else if (answer.ok) {
        const said = await answer.json();
        this.done(said);
        if (this.dirty) again = PAUSE;
        else {
          if (!said.personal?.length) this.forget();
          this.show("saved");
        }
      } else {
        this.dirty = true;
        this.show("offline", (await answer.json().catch(() => ({}))).error);
        again = RETRY;
      }
    } catch {
      this.dirty = true;
      this.show("offline");
      again = RETRY;
    } finally {
      this.busy = false;
    }
    if (again) this.timer = setTimeout(() => this.save(), again);
  }

  /** The page ends: one last try that outlives it. */
  leave() {
    if (!this.dirty && !this.busy) return;
    const token = document.querySelector('meta[name="csrf"]').content;
    const headers = { "X-Console": "1", "X-CSRFToken": token, "Content-Type": "application/json" };
    fetch(this.path, { method: "POST", body: JSON.stringify(this.read()), headers, keepalive: true }).catch(() => {});
  }
}

/** '15:04' */
export const clock = (at = Date.now()) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Shows the state of saving: `words` has its sentences. */
export function saved(node, words, trouble) {
  return (state, fault) => {
    node.textContent = state === "offline" ? words.unsaved : words[state].replace("{time}", clock());
    node.classList.toggle("bad", state === "offline");
    trouble(state === "offline" ? fault || words.offline : "");
  };
}
