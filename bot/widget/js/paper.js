// @ts-check
import { el, fill, icon, sheet } from "./dom.js";
import { part } from "./text.js";

/** What a person takes away: printed, saved as PDF, copied, or in their own email app. */

/** The box at the head of a line of the list. */
export const BOX = /^[☐☑] /;

/**
 * @param {any} chat
 * @param {any} event
 */
export function keepActions(chat, event) {
  const words = chat.words.walk;
  const { text } = event;
  const mail = `mailto:?subject=${encodeURIComponent(words.subject)}&body=${encodeURIComponent(text.replace(/\n/g, "\r\n"))}`;
  return el(
    "div.ways.keep",
    { role: "group", "aria-label": words.keep },
    el("button.act", { type: "button", on: { click: () => print(chat, [event]) } }, icon("print"), words.print),
    el("button.act", { type: "button", on: { click: () => copy(chat, text) } }, icon("copy"), words.copy),
    el("a.act", { href: mail }, icon("mail"), words.email),
  );
}

/**
 * @param {any} chat
 * @param {string} text
 */
async function copy(chat, text) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    // pages without https have no clipboard of the new kind
    const box = el("textarea.sr", { tabindex: -1, "aria-hidden": "true" });
    const had = chat.list.getRootNode().activeElement;
    box.value = text;
    chat.list.append(box);
    box.select();
    done = document.execCommand("copy");
    box.remove();
    had?.focus();
  }
  chat.tell(done ? chat.words.walk.copied : chat.words.walk.not_copied);
}

/**
 * The parts of a reply without what is only said in the conversation: 'Stopped. Your place is kept.'
 * @param {any} reply
 */
const takenAway = (reply) => reply.blocks.filter((b) => b.kind !== "note" || reply.status !== "walkthrough_summary");

/**
 * The paper for some events: their whole text, sources and contacts included.
 * @param {any} chat
 * @param {any[]} events
 */
export function fillPaper(chat, events) {
  const { words } = chat;
  const date = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "Europe/London" });
  const nodes = events.map((event) =>
    event.type === "said"
      ? el("p.said", {}, el("strong", {}, `${words.you}: `), event.title || event.text || "")
      : el("div", {}, ...takenAway(event.reply).map((block) => part(block))),
  );
  // a box stands for the list's own sign
  for (const node of nodes) {
    for (const item of node.querySelectorAll("li")) if (BOX.test(item.textContent)) item.parentNode.classList.add("ticks");
  }
  chat.paper.replaceChildren(
    el("h1", {}, chat.title),
    el("p.small", {}, fill(words.print.made, { date })),
    ...nodes,
  );
}

/**
 * Print these events and nothing else of the page. The browser's own window offers 'Save as PDF'.
 * @param {any} chat
 * @param {any[]} events
 */
export function print(chat, events) {
  fillPaper(chat, events);
  chat.root.classList.add("printing");
  const page = chat.root.dataset.place === "page" ? null : sheet("@media print { body { display: none !important } }");
  if (page) document.adoptedStyleSheets = [...document.adoptedStyleSheets, page];
  const end = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== page);
    chat.root.classList.remove("printing");
  };
  addEventListener("afterprint", end, { once: true });
  window.print();
}
