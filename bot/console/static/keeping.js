// Keeps what is written: at the server as soon as possible, and until then, and no longer, in this browser.

import { heads, keepers, send } from "./session.js";

const PAUSE = 600; // milliseconds after the last key
const RETRY = 3000;
const PATIENCE = 8000; // until a server that does not answer is taken for gone
const { account } = document.body.dataset;

/**
 * Saves `read()` to `path` whenever `changed()` was called, one save at a time.
 * `done(answer)` gets what the server says; `conflict(answer)` what it says where somebody else was faster.
 * `name` is what it is kept under in this browser meanwhile, with `also()`.
 */
export class Keeper {
  constructor({ path, name, read, also = () => ({}), done, conflict, show }) {
    Object.assign(this, { path, key: `${name}-${account}`, read, also, done, conflict, show });
    this.dirty = false;
    this.busy = false;
    this.held = false; // until the adviser has chosen between two texts
    this.timer = 0;
    this.saving = Promise.resolve();
    keepers.add(this);
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
      const { path } = this;
      if (document.body.inert) return; // signing out
      localStorage.setItem(this.key, JSON.stringify({ ...this.read(), ...this.also(), path, at: Date.now() }));
    } catch {
      // a full or forbidden store: the server is still asked at once
    }
  }

  /** What was written and not saved when the page ended; null if there is none. */
  backup() {
    const left = read(this.key);
    return left?.path ? left : null;
  }

  forget() {
    forget(this.key);
  }

  /** Save what was written; resolves once that is done or could not be. */
  save() {
    clearTimeout(this.timer);
    return (this.saving = this.saving.then(() => this.dirty && !this.held && this.#save()));
  }

  async #save() {
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
        this.done(await answer.json());
        if (this.dirty) again = PAUSE;
        else {
          this.forget();
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
    if (this.dirty || this.busy) post(this.path, this.read()).catch(() => {});
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // a forbidden store holds nothing
  }
}

const post = (path, json) => fetch(path, { method: "POST", body: JSON.stringify(json), headers: heads(true), keepalive: true });

/** What this adviser's pages could not save, or ended too soon to know that it was saved. A page sees to its own. */
async function saveWhatIsLeft() {
  for (const key of Object.keys(localStorage).filter((each) => each.endsWith(`-${account}`))) {
    const { path, at, ...left } = read(key) ?? {};
    if (path === `${location.pathname}/save`) continue;
    const answer = path ? await post(path, left) : null; // without one it is of an earlier console
    if (!answer || answer.ok || answer.status === 404) forget(key);
  }
}
saveWhatIsLeft().catch(() => {}); // no connection, or no store: the next page tries again

/** '15:04', in Britain */
export const clock = (at = Date.now()) =>
  new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });

/** Shows the state of saving: `words` has its sentences. */
export function saved(node, words, trouble) {
  return (state, fault) => {
    node.textContent = state === "offline" ? words.unsaved : words[state].replace("{time}", clock());
    node.classList.toggle("bad", state === "offline");
    trouble(state === "offline" ? fault || words.offline : "");
  };
}
