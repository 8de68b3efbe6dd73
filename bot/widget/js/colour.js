// @ts-check
/** Colours: contrast by WCAG 2.2, and the few shades made from the host's one colour. */

const CARD = { light: "#ffffff", tint: "#f6f4ef", dark: "#1a262c" };
const ENOUGH = 4.5;

/** @param {string} hex */
function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** @param {string} hex */
function luminance(hex) {
  const [r, g, b] = channels(hex).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * @param {string} a
 * @param {string} b
 */
export function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * @param {string} a
 * @param {string} b
 * @param {number} part how much of b
 */
function mix(a, b, part) {
  const [from, to] = [channels(a), channels(b)];
  const mixed = from.map((c, i) => Math.round(c + (to[i] - c) * part).toString(16).padStart(2, "0"));
  return `#${mixed.join("")}`;
}

/**
 * The shades made from a colour, or null where text in it or on it could not be read.
 * @param {string | undefined} given '#rgb' or '#rrggbb'
 * @returns {Record<string, string> | null}
 */
export function shades(given) {
  let hex = (given || "").trim().toLowerCase();
  if (/^#[0-9a-f]{3}$/.test(hex)) hex = hex.replace(/[0-9a-f]/g, "$&$&");
  if (!/^#[0-9a-f]{6}$/.test(hex)) return null;
  const tint = mix(hex, CARD.light, 0.9);
  if ([CARD.light, CARD.tint, tint].some((ground) => contrast(hex, ground) < ENOUGH)) return null;
  let pale = hex;
  for (let part = 0; contrast(pale, CARD.dark) < ENOUGH + 1 && part <= 1; part += 0.05) pale = mix(hex, "#ffffff", part);
  return { "--own-fill": hex, "--own-tint": tint, "--own-pale": pale, "--own-deep": mix(hex, CARD.dark, 0.72) };
}
