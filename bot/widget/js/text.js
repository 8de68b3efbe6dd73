// @ts-check
import { el } from "./dom.js";

/** The light markup of a reply (paragraphs, '- ' and '1. ' lists) to nodes; addresses and phone numbers to links. */

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

/**
 * A reply's text as nodes. With `heading`, a first line that stands like a title becomes one.
 * @param {string} text
 * @param {string} [heading] the heading's element, such as 'h4'
 */
export function prose(text, heading) {
  const made = document.createDocumentFragment();
  const blocks = text.trim().split(/\n[ \t]*\n/);
  blocks.forEach((block, at) => {
    const lines = block.split("\n").filter((line) => line.trim());
    /** @type {any} */
    let list = null;
    lines.forEach((line, n) => {
      const item = /^\s*(?:-|(\d+)\.)\s+(.*)$/.exec(line);
      if (item) {
        const kind = item[1] ? "ol" : "ul";
        if (!list || list.localName !== kind) {
          list = el(kind, { start: item[1] && item[1] !== "1" ? item[1] : null });
          made.append(list);
        }
        list.append(el("li", { dir: "auto" }, ...inline(item[2])));
        return;
      }
      list = null;
      const first = at === 0 && n === 0 && blocks.length + lines.length > 2;
      const title = heading && first && line.length < 130 && !/[.?!:]$/.test(line.trim());
      const lead = !title && /:$/.test(line.trim());
      made.append(el(title ? `${heading}.title` : lead ? "p.lead" : "p", { dir: "auto" }, ...inline(line)));
    });
  });
  return made;
}

/**
 * A text as it is read out: without list marks.
 * @param {string} text
 */
export function spoken(text) {
  return text.replace(/^\s*- /gm, "").replace(/\s*\n\s*/g, "\n").trim();
}
