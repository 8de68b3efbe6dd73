// @ts-check
import { el, fill, focused, icon } from "./dom.js";
import { choices, parts, scopeLine, sourceList } from "./parts.js";
import { part } from "./text.js";
import { BOX, keepActions } from "./paper.js";

/** The walkthrough as a checklist: one open step, the answered ones folded to a line with their tick. */

const ANSWERS = /^\/(done|not_yet|considered|not_applicable)$/;

/** @param {any} step */
const key = (step) => `${step.part}:${step.id}`;

/** @param {any[]} steps */
const answered = (steps) => steps.filter((s) => s.state).length;

/**
 * Every step with its tick, by part.
 * @param {any} chat
 * @param {any[]} steps
 */
function wholeList(chat, steps) {
  const { words } = chat;
  const box = el("details.fold.all", {}, el("summary", {}, words.walk.list));
  let part = "";
  let list;
  for (const step of steps) {
    if (step.part !== part || !list) {
      part = step.part;
      const name = chat.labels.part?.[part];
      list = el("ul.ticks");
      box.append(name ? el("p.lead", {}, name) : "", list);
    }
    list.append(tick(words, step.title, step.state, step.current));
  }
  return box;
}

/**
 * @param {any} words
 * @param {string} title
 * @param {string | null} state
 * @param {boolean} [here]
 */
function tick(words, title, state, here) {
  const said = words.walk.state[state || "open"];
  return el(
    `li.tick.is-${state || "open"}${here ? ".here" : ""}`,
    { "aria-current": here && "step" },
    icon(/** @type {any} */ (state || "open")),
    el("span", {}, title),
    el("span.state", {}, here && !state ? words.walk.here : said),
  );
}

/**
 * One step as a card.
 * @param {any} chat
 * @param {any} reply
 */
export function stepCard(chat, reply) {
  const { words } = chat;
  const at = reply.steps.findIndex((s) => s.current);
  const total = reply.steps.length;
  const step = reply.steps[at];
  const card = reply.blocks.findIndex((b) => b.kind === "card");
  const { title, ...head } = reply.blocks[card] || {};
  const done = answered(reply.steps);
  const progress = fill(words.walk.progress, { done, total });
  return [
    ...reply.blocks.slice(0, Math.max(card, 0)).map((b) => b.kind !== "hint" && el("div.lead-in", {}, part(b))),
    el(
      "div.meter",
      {},
      title && el("p.count", {}, title),
      el("progress", { max: total, value: done, "aria-label": progress }),
    ),
    step && el("h4.title", { tabindex: -1 }, step.title),
    head.text && part(head),
    ...parts(chat, reply, reply.blocks.slice(card + 1)),
    choices(chat, reply.buttons.filter((b) => ANSWERS.test(b.payload)), ".answers"),
    choices(chat, reply.buttons.filter((b) => !ANSWERS.test(b.payload)), ".minor"),
    sourceList(words, reply.sources),
    wholeList(chat, reply.steps),
    scopeLine(chat, reply),
  ];
}

/**
 * The items of a list with the state of their steps.
 * @param {any} block
 * @param {any[]} steps
 */
function ticked(block, steps) {
  const own = steps.filter((s) => s.under === block.title);
  const items = (block.items || []).map((line, n) => {
    const state = own[n]?.state || "open";
    return el(`li.tick.is-${state}`, {}, icon(state), el("span", {}, line.replace(BOX, "")));
  });
  return el("ul.ticks", {}, ...items);
}

/**
 * The list at the end, to keep.
 * @param {any} chat
 * @param {any} event
 */
export function summaryCard(chat, event) {
  const { words } = chat;
  const { reply } = event;
  const notes = reply.blocks.filter((b) => b.kind === "note");
  const [head, ...rest] = reply.blocks.filter((b) => b.kind !== "note" && b.kind !== "card");
  const total = reply.steps.length;
  const done = answered(reply.steps);
  const progress = fill(words.walk.progress, { done, total });
  return [
    el("div.meter", {}, el("p.count", { tabindex: -1 }, progress), el("progress", { max: total, value: done, "aria-label": progress })),
    keepActions(chat, event),
    ...parts(chat, reply, notes),
    head && part(head),
    ...reply.blocks.filter((b) => b.kind === "card").map((b) => part(b, ticked(b, reply.steps))),
    ...parts(chat, reply, rest),
    sourceList(words, reply.sources),
    scopeLine(chat, reply),
  ];
}

/** Which cards of the walkthrough stand open, which are folded, which gave way to a later card of the same step. */
export class Walk {
  /** @param {any} chat */
  constructor(chat) {
    this.chat = chat;
    /** @type {{ card: any, key: string | null, title: string, steps: any[] }[]} */
    this.cards = [];
  }

  /**
   * Take in a new card and fold those before it. Focus that stood in one of them goes on to the new one.
   * @param {any} card
   * @param {any} reply
   */
  add(card, reply) {
    const step = reply.status === "walkthrough_step" ? reply.steps.find((s) => s.current) : null;
    const had = focused(this.chat.list);
    const moved = this.cards.some((c) => c.key && c.card.contains(had));
    this.cards.push({ card, key: step ? key(step) : null, title: step?.title || "", steps: reply.steps });
    const states = Object.fromEntries(reply.steps.map((s) => [key(s), s.state]));
    this.cards.forEach((each, at) => {
      if (!each.key || at === this.cards.length - 1) return;
      const later = this.cards.slice(at + 1).some((c) => c.key === each.key);
      each.card.classList.toggle("gone", later);
      each.card.classList.add("folded");
      each.card.querySelector(".row")?.remove();
      const own = each.steps.find((s) => key(s) === each.key)?.state;
      const state = each.key in states ? states[each.key] : own;
      each.card.append(el("ul.ticks.row", {}, tick(this.chat.words, each.title, state)));
    });
    if (moved) card.querySelector("[tabindex='-1']")?.focus({ preventScroll: true });
  }
}
