// @ts-check
import { el } from "./dom.js";

/** Blocks and plain sentences to nodes; addresses and phone numbers to links. */

const ADDRESS = /https:\/\/[^\s<>"'()]*[^\s<>"'().,;:!?]/;
const PHONE = /(?<![\d.,£-])(?:999|111|116 ?123|0\d[\d ]{5,11}\d)(?![\d-])/;
const LINKS = new RegExp(`${ADDRESS.source}|${PHONE.source}`, "g");

/**
 * A link to a page, if the address is one of https; otherwise its words alone.
 * @param {string} address
 * @param {...(Node | string)} children
 */
export function outside(address, ...children) {
  let url = null;
  try {
    url = new URL(address);
  } catch {}
  if (!url || url.protocol !== "https:") return el("span", {}, ...children);
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/**
 * A number to dial, if it is one; otherwise null.
 * @param {string} number
 */
export function dial(number) {
  const digits = number.replace(/[^\d+]/g, "");
  return /^\+?\d{3,15}$/.test(digits) ? digits : null;
}

/** @param {string} line */
function inline(line) {
  const nodes = [];
  let end = 0;
  for (const match of line.matchAll(LINKS)) {
    const found = match[0];
    nodes.push(line.slice(end, match.index));
    end = match.index + found.length;
    nodes.push(
      found.startsWith("https:")
        ? outside(found, found)
        : el("a", { href: `tel:${dial(found)}`, translate: "no", class: "number" }, found),
    );
  }
  nodes.push(line.slice(end));
  return nodes;
}

/** @param {string} text */
const lines = (text) => text.split("\n").filter((line) => line.trim());

/**
 * Plain sentences as nodes: a paragraph a line.
 * @param {string} text
 */
export function prose(text) {
  const nodes = document.createDocumentFragment();
  nodes.append(...lines(text).map((line) => el("p", { dir: "auto" }, ...inline(line))));
  return nodes;
}

/**
 * One block of a reply: its heading, its sentences, its list.
 * @param {any} block
 * @param {any} [list] what stands for its items
 */
export function part(block, list) {
  const { kind, title, text, items } = block;
  const ordered = kind === "do_now" || kind === "crisis";
  return el(
    `div.prose.is-${kind}`,
    {},
    title && el("h4.title", { dir: "auto" }, title),
    text && prose(text),
    list || (items && el(ordered ? "ol" : "ul", {}, ...items.map((item) => el("li", { dir: "auto" }, ...inline(item))))),
  );
}

/**
 * A block as it is read out.
 * @param {any} block
 */
export const spoken = ({ title, text, items }) => [title, text, ...(items || [])].filter(Boolean).join("\n");
