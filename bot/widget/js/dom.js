// @ts-check
/** Making nodes. Text from outside becomes text nodes and nothing else. */

/**
 * An element: 'p.note' with attributes, listeners under `on`, and children (strings become text).
 * @param {string} name
 * @param {Record<string, any>} [props]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function el(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") {
      for (const [type, heard] of Object.entries(value)) node.addEventListener(type, heard);
    } else node.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

const PATHS = {
  chat: "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z",
  close: "M6 6l12 12M18 6L6 18",
  back: "M19 12H5M11 6l-6 6 6 6",
  menu: "M4 7h16M4 12h16M4 17h16",
  send: "M12 19V5M6 11l6-6 6 6",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  down: "M12 5v14M6 13l6 6 6-6",
  phone: "M6.5 3h3l1.5 5-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 5 1.5v3a2 2 0 0 1-2.2 2A17 17 0 0 1 4.5 5.200A2 2 0 0 1 6.500 3z",
  text: "M4 5h16v11H9l-5 4zM8 9h8M8 12h5",
  mail: "M3 6h18v12H3zM3 7l9 6 9-6",
  web: "M14 4h6v6M20 4l-9 9M18 14v5H5V6h5",
  done: "M5 12.500l4.500 4.500L19 7.500",
  not_yet: "M12 6v6l4 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  considered: "M8 10h8M8 14h5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  not_applicable: "M5 12h14",
  open: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
  print: "M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  alert: "M12 3l10 18H2zM12 10v5M12 17.800v.4",
};

/**
 * A line drawing; what it means is always said in words beside it.
 * @param {keyof typeof PATHS} name
 */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  const given = { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", class: "icon" };
  for (const [key, value] of Object.entries(given)) svg.setAttribute(key, value);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/**
 * A phrase with its {places} filled.
 * @param {string} phrase
 * @param {Record<string, any>} values
 */
export function fill(phrase, values) {
  return phrase.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

/** @param {any} node the element that holds keyboard focus in the same tree as `node`, if any */
export function focused(node) {
  return node.getRootNode().activeElement;
}

/**
 * A style sheet that a strict content policy of the host lets through; null in browsers before 2023.
 * @param {string} css
 */
export function sheet(css) {
  try {
    const made = new CSSStyleSheet();
    made.replaceSync(css);
    return "adoptedStyleSheets" in document ? made : null;
  } catch {
    return null;
  }
}
