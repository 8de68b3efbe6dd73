// @ts-check
import { el, fill, icon } from "./dom.js";
import { dial, outside, part, prose } from "./text.js";

/** The parts of a reply as nodes: contacts, sources, scope, choices, the question whether it helped. */

const FEW = 3;
/** Replies that ask something: once the conversation has gone on, their buttons no longer fit. */
const ASKING = /^(asks_|clarifies$|walkthrough_step$)/;
const RATED = ["answered", "not_covered", "walkthrough_summary"];
const SCOPED = ["answered", "not_covered", "walkthrough_step", "walkthrough_summary"];

/** @param {string} status */
export const asks = (status) => ASKING.test(status);

/**
 * A link that looks like a button.
 * @param {string} href
 * @param {Parameters<typeof icon>[0]} sign
 * @param {string} words
 * @param {string} [look]
 */
function action(href, sign, words, look = "") {
  const away = href.startsWith("https:") ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return el(`a.act${look}`, { href, translate: /\d|@/.test(words) ? "no" : null, ...away }, icon(sign), el("span", {}, words));
}

/**
 * @param {any} words
 * @param {any} contact
 * @returns {HTMLElement[]} every way to reach it that can be tapped
 */
function ways(words, contact) {
  const say = words.contact;
  const made = [];
  const call = (number, phrase, look = "") => {
    const digits = dial(number);
    if (digits) made.push(action(`tel:${digits}`, "phone", fill(phrase, { number }), look));
    else made.push(el("p.way", {}, number));
  };
  if (contact.phone) call(contact.phone, say.call, ".strong");
  if (contact.textphone) made.push(el("p.way", {}, fill(say.textphone, { number: contact.textphone })));
  if (contact.text_number) {
    const number = (/(?<!\d)\+?\d[\d ]{3,13}\d(?!\d)/.exec(contact.text_number) || [])[0];
    const phrase = /^[\d +]+$/.test(contact.text_number) ? say.text : say.text_as;
    const title = fill(phrase, { number: contact.text_number });
    made.push(number ? action(`sms:${dial(number)}`, "text", title) : el("p.way", {}, title));
  }
  if (contact.email) {
    made.push(
      /^[^\s@?&<>"]+@[^\s@?&<>"]+$/.test(contact.email)
        ? action(`mailto:${contact.email}`, "mail", contact.email)
        : el("p.way", {}, contact.email),
    );
  }
  if (contact.web) {
    const link = outside(contact.web);
    if (link.href) {
      const host = new URL(link.href).hostname.replace(/^www\./, "");
      const shown = action(link.href, "web", fill(say.website, { host }));
      shown.append(el("span.sr", {}, `(${words.opens})`));
      made.push(shown);
    }
  }
  if (contact.out_of_hours_phone) call(contact.out_of_hours_phone, say.out_of_hours);
  return made;
}

/**
 * @param {any} words
 * @param {any[]} contacts
 */
export function contactCards(words, contacts) {
  const cards = contacts.map((contact) =>
    el(
      "li.contact",
      {},
      el("p.name", {}, contact.title),
      contact.for && el("p.for", {}, contact.for),
      el("div.ways", {}, ...ways(words, contact)),
      contact.hours && el("p.small", {}, fill(words.contact.hours, { hours: contact.hours })),
      contact.officer && el("p.small", {}, contact.officer),
      contact.note && el("p.small", {}, contact.note),
    ),
  );
  const box = el("div.contacts", {}, el("ul", {}, ...cards.slice(0, FEW)));
  if (cards.length > FEW) {
    const more = fill(words.more_contacts, { count: cards.length - FEW });
    box.append(el("details.fold", {}, el("summary", {}, more), el("ul", {}, ...cards.slice(FEW))));
  }
  return box;
}

/**
 * The numbers of a page for danger: each on a line of its own, to be found in a fright.
 * @param {any} words
 * @param {any[]} contacts
 */
export function numbers(words, contacts) {
  const rows = contacts.map(({ web, ...contact }) => {
    const page = web && outside(web, new URL(web).hostname.replace(/^www\./, ""), el("span.sr", {}, ` (${words.opens})`));
    return el(
      "li.contact",
      {},
      el("p.name", {}, contact.title),
      el("div.ways", {}, ...ways(words, contact)),
      el("p.small", {}, page, page && " ", [contact.hours, contact.for, contact.note].filter(Boolean).join(". ")),
    );
  });
  return el("div.contacts.numbers", {}, el("ul", {}, ...rows));
}

/**
 * A line about danger, with the number to ring.
 * @param {any} line
 */
export const emergency = (line) => el("div.emergency", {}, icon("alert"), line);

/**
 * Whom to ring, in the bundle for when there is no line.
 * @param {any} words
 * @param {any} listed the nodes of a list that the page has, if any
 */
export function firstHelp(words, listed) {
  return el("div.early", {}, emergency(prose(HELP.urgent)), ...(listed.length ? listed : [numbers(words, HELP.contacts)]));
}

/**
 * @param {any} words
 * @param {any[]} [sources]
 */
export function sourceList(words, sources) {
  if (!sources?.length) return null;
  const items = sources.map((source) => {
    const about = [source.publisher, source.date].filter(Boolean).join(", ");
    const title = source.url ? outside(source.url, source.title) : el("span", {}, source.title);
    if (title.href) title.append(el("span.sr", {}, ` (${words.opens})`));
    return el(
      "li",
      {},
      el("p.name", {}, title),
      about && el("p.small", {}, about),
      source.section && el("p.small", {}, fill(words.section, { section: source.section })),
      source.note && el("p.small", {}, source.note),
    );
  });
  return el("details.fold.sources", {}, el("summary", {}, `${words.sources} (${items.length})`), el("ul", {}, ...items));
}

/**
 * 'Parents and carers · Staffordshire · 4 suspensions', or '' where nothing is known.
 * @param {any} words
 * @param {any} labels
 * @param {any} scope
 */
export function scopeName(words, labels, scope) {
  const { area, audience, stage } = scope || {};
  const stages = (labels.stage || {})[area] || {};
  return [
    audience && ((labels.audience || {})[audience] || audience),
    area && (area === "england" ? words.scope.national : (labels.area || {})[area] || area),
    stage && (stages[stage] || stage),
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * @param {any} chat
 * @param {any} reply
 */
export function scopeLine(chat, reply) {
  const name = SCOPED.includes(reply.status) ? scopeName(chat.words, chat.labels, reply.scope) : "";
  if (!name) return null;
  const button = el("button.scope", { type: "button" }, el("span", {}, name), " ", el("span.change", {}, chat.words.scope.change));
  button.addEventListener("click", () => chat.views.scope(button));
  return button;
}

/**
 * The buttons of a reply. They stay where they are once answered.
 * @param {any} chat
 * @param {{ title: string, payload: string }[]} buttons
 * @param {string} [look]
 */
export function choices(chat, buttons, look = "") {
  const box = el(`div.choices${look}`);
  for (const { title, payload } of buttons) {
    const danger = payload === "/danger" ? ".danger" : "";
    const button = el(`button.choice${danger}`, { type: "button" }, icon("done"), el("span", {}, title));
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") chat.tap(title, payload, button);
    });
    box.append(button);
  }
  return box;
}

/**
 * @param {any} chat
 * @param {any} event
 */
export function feedback(chat, event) {
  if (!RATED.includes(event.reply.status)) return null;
  const words = chat.words.feedback;
  const rated = chat.store.read().rated || {};
  const box = el("div.feedback", { role: "group", "aria-label": words.question });
  const told = (said) => {
    box.replaceChildren(el("p.small.told", { tabindex: -1 }, icon("done"), said));
    return box.firstChild;
  };
  if (rated[event.id]) {
    told(words.thanks);
    return box;
  }
  const send = (helpful, reason) =>
    chat.line.ask("POST", "/web/feedback", { reply: event.id, helpful, reason: reason || null });

  const rate = async (helpful) => {
    try {
      await send(helpful);
    } catch {
      chat.say(words.failed);
      trouble.textContent = words.failed;
      return;
    }
    chat.store.set({ rated: { ...(chat.store.read().rated || {}), [event.id]: true } });
    if (helpful) {
      told(words.thanks).focus();
      chat.say(words.thanks);
      return;
    }
    const id = `why-${event.id}`;
    const reason = el("textarea", { id, rows: 2, maxlength: 500, "aria-describedby": `${id}-hint` });
    const form = el(
      "form",
      {},
      el("label", { for: id }, words.why),
      el("p.small", { id: `${id}-hint` }, words.hint),
      reason,
      el("button.plain", {}, words.send),
      trouble,
    );
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      try {
        if (reason.value.trim()) await send(false, reason.value.trim());
        told(words.sent).focus();
        chat.say(words.sent);
      } catch {
        trouble.textContent = words.failed;
        chat.say(words.failed);
      }
    });
    box.replaceChildren(form);
    reason.focus();
  };
  const trouble = el("p.small.bad");
  box.append(
    el("span.small", {}, words.question),
    el("button.plain", { type: "button", on: { click: () => rate(true) } }, words.yes),
    el("button.plain", { type: "button", on: { click: () => rate(false) } }, words.no),
    trouble,
  );
  return box;
}

/**
 * Some blocks of a reply as nodes; contacts as what can be tapped. What is folded stands behind one 'More'.
 * @param {any} chat
 * @param {any} reply
 * @param {any[]} blocks
 */
export function parts(chat, reply, blocks) {
  const { words } = chat;
  const node = (block) => {
    if (block.kind === "note" && !block.folded) return el("div.note", {}, part(block));
    const { ids = [], items = [] } = block;
    const contacts = ids.map((id) => reply.contacts?.find((c) => c.id === id)).filter(Boolean);
    if (!contacts.length) return part(block);
    if (reply.status === "crisis") return numbers(words, contacts);
    const alone = items.filter((_, n) => !contacts.some((c) => c.id === ids[n]));
    return part({ ...block, text: [block.text, ...alone].filter(Boolean).join("\n") }, contactCards(words, contacts));
  };
  const own = blocks.filter((b) => b.kind !== "hint" && b.kind !== "sources");
  const folded = own.filter((b) => b.folded);
  return [
    ...own.filter((b) => !b.folded).map(node),
    folded.length && el("details.fold", {}, el("summary", {}, words.more), ...folded.map(node)),
  ];
}

/**
 * The inside of an ordinary reply.
 * @param {any} chat
 * @param {any} reply
 */
export const replyBody = (chat, reply) => [
  ...parts(chat, reply, reply.blocks),
  sourceList(chat.words, reply.sources),
  scopeLine(chat, reply),
];
