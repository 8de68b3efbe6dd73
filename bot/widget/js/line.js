// @ts-check
/** The line to the assistant: a session, messages out (each handled once, by its id), events in. */

const SILENCE = 45_000; // the server gives a sign every 15 seconds
const SLEEP = 60_000;
const LONGEST = 30_000;

export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} [say] a sentence for a person
   * @param {number} [after] seconds to wait
   */
  constructor(status, say, after) {
    super(say || String(status));
    this.status = status;
    this.say = say;
    this.after = after;
  }
}

export class Line {
  /**
   * @param {string} base
   * @param {import("./store.js").Store} store
   * @param {{ area?: string, role?: string }} presets
   * @param {Record<"session" | "event" | "typing" | "erased" | "state" | "sent" | "refused", Function>} hear
   */
  constructor(base, store, presets, hear) {
    this.base = base;
    this.store = store;
    this.presets = presets;
    this.hear = hear;
    this.running = false;
    this.known = false;
    this.pumping = false;
    this.wake = () => {};
    this.stream = new AbortController();
    this.asleep = 0;
    this.tries = 0;
    this.fails = 0;
    this.least = 0;
    this.alive = false;
    this.erasing = false;
    addEventListener("online", () => this.again());
    addEventListener("offline", () => this.stream.abort());
    document.addEventListener("visibilitychange", () => this.#doze());
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.#run();
  }

  stop() {
    this.running = this.known = false;
    this.stream.abort();
    this.wake();
  }

  /** Delete the conversation, here and on the server, and begin a new one. */
  async erase() {
    this.erasing = true;
    try {
      await this.ask("DELETE", "/web/conversation");
    } finally {
      this.erasing = false;
    }
  }

  /** Ask for all of the conversation anew, or for a new one. */
  reset() {
    this.known = false;
    this.stream.abort();
    this.again();
  }

  /** Try now, without waiting. */
  again() {
    this.tries = this.fails = 0;
    this.wake();
    if (this.alive) this.pump();
  }

  /** Browsers allow few lines to one server; tabs out of sight give theirs back. */
  #doze() {
    clearTimeout(this.asleep);
    if (document.hidden) {
      this.asleep = window.setTimeout(() => this.running && this.stream.abort(), SLEEP);
    } else this.again();
  }

  async #run() {
    while (this.running) {
      try {
        if (!this.known) await this.session();
        await this.#listen();
      } catch (error) {
        if (error instanceof Refused) {
          if (error.status === 401) this.known = false;
          else this.hear.state("refused", error.say);
          this.least = (error.after || 0) * 1000;
        }
      }
      if (!this.running) return;
      this.hear.typing(null);
      this.hear.state(navigator.onLine ? "lost" : "offline");
      await this.#rest();
    }
  }

  async #rest() {
    const back = Math.min(LONGEST, 500 * 2 ** this.tries++) * (0.5 + Math.random() / 2);
    const wait = document.hidden ? 2 ** 30 : Math.max(back, this.least || 0);
    this.least = 0;
    await new Promise((done) => {
      const timer = setTimeout(done, wait);
      this.wake = () => {
        clearTimeout(timer);
        done(null);
      };
    });
    this.wake = () => {};
  }

  /**
   * One request; throws Refused with the server's own sentence, or TypeError where nothing could be reached.
   * @param {string} method
   * @param {string} path
   * @param {any} [body]
   */
  async ask(method, path, body) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), 20_000);
    try {
      const answer = await fetch(this.base + path, {
        method,
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: limit.signal,
        headers: {
          ...(body && { "Content-Type": "application/json" }),
          ...(path !== "/web/session" && { Authorization: `Bearer ${this.store.read().token}` }),
        },
        body: body && JSON.stringify(body),
      });
      const said = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Refused(answer.status, said.error, said.retry_after);
      return said;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Begin or go on with the conversation; `hear.session` gets all of it so far. */
  async session() {
    const { token, cursor } = this.store.read();
    const { area = null, role = null } = this.presets;
    const given = await this.ask("POST", "/web/session", { token: token || null, area, role, keep: this.store.kept });
    this.known = true;
    const ended = Boolean(cursor) && cursor !== given.cursor && !given.events.length;
    this.store.set({ token: given.token, cursor: given.cursor || null });
    this.hear.session(given, ended);
    this.pump();
  }

  async #listen() {
    this.stream = new AbortController();
    const { token, cursor } = this.store.read();
    let watch = setTimeout(() => this.stream.abort(), SILENCE);
    try {
      const answer = await fetch(`${this.base}/web/events?after=${encodeURIComponent(cursor || "")}`, {
        headers: { Authorization: `Bearer ${token}`, Accept: "text/event-stream" },
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: this.stream.signal,
      });
      if (!answer.ok || !answer.body) {
        const said = await answer.json().catch(() => ({}));
        throw new Refused(answer.status, said.error, said.retry_after);
      }
      this.tries = 0;
      this.alive = true;
      this.hear.state("on");
      this.pump();
      const reader = answer.body.getReader();
      const decoder = new TextDecoder();
      for (let rest = ""; ; ) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watch);
        watch = setTimeout(() => this.stream.abort(), SILENCE);
        const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
        rest = blocks.pop() || "";
        for (const block of blocks) this.#take(block);
      }
    } finally {
      clearTimeout(watch);
      this.alive = false;
      this.stream.abort();
    }
  }

  /** @param {string} block one event of the stream */
  #take(block) {
    const data = block
      .split(/\r?\n/)
      .filter((line) => line.startsWith("data:"))
      .map((line) => line.slice(5))
      .join("\n");
    if (!data) return;
    const event = JSON.parse(data);
    if (event.type === "typing") {
      this.hear.typing(event.message);
      return;
    }
    if (event.type === "erased") {
      if (!this.erasing) this.hear.erased();
      return;
    }
    this.hear.event(event);
    if (this.store.outbox.some((m) => m.id === event.message)) {
      this.store.drop(event.message); // it has arrived, whatever becomes of our request
      this.hear.sent(event.message, "done");
    }
    if (event.id) this.store.set({ cursor: event.id });
  }

  /** @param {import("./store.js").Message} message */
  send(message) {
    this.store.hold(message);
    this.pump();
  }

  /** Send what waits, in order. The same id sent twice is handled once. */
  async pump() {
    if (this.pumping || !this.known) return;
    this.pumping = true;
    try {
      while (this.store.outbox.length) await this.#post(this.store.outbox[0]);
      if (this.fails && this.alive) this.hear.state("on");
      this.fails = 0;
    } catch (error) {
      const refused = error instanceof Refused ? error : null;
      if (refused && refused.status === 401) {
        this.known = false;
        this.stream.abort(); // `#run` begins anew, and then sends
      } else {
        const busy = refused && refused.status === 429;
        this.hear.state(busy ? "busy" : navigator.onLine ? "lost" : "offline", refused && refused.say);
        const wait = Math.min(LONGEST, 1000 * 2 ** this.fails++);
        setTimeout(() => this.pump(), Math.max(wait, ((refused && refused.after) || 0) * 1000));
      }
    } finally {
      this.pumping = false;
    }
  }

  /** @param {import("./store.js").Message} message */
  async #post({ id, text, payload }) {
    try {
      const said = await this.ask("POST", "/web/message", payload ? { id, payload } : { id, text });
      this.store.drop(id);
      this.hear.sent(id, said.state);
    } catch (error) {
      if (!(error instanceof Refused) || (error.status !== 400 && error.status !== 413)) throw error;
      this.store.drop(id);
      this.hear.refused(id, error.say);
    }
  }
}
