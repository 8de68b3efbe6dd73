// @ts-check
import { Widget } from "./widget.js";

/** Puts the chat on the page that the script tag stands in. One global: `InclusionGuide`. */

const script = /** @type {HTMLScriptElement} */ (document.currentScript);

function boot() {
  if ("InclusionGuide" in window) return;
  const lang = script.dataset.lang && script.dataset.lang in STRINGS ? script.dataset.lang : "en";
  let host = document.querySelector("inclusion-guide");
  if (!host) {
    host = document.createElement("inclusion-guide");
    document.documentElement.append(host); // beside the body, where the host's own scripts and transforms don't reach
  }
  const given = { base: new URL(script.src).origin, words: STRINGS[lang], css: CSS_TEXT, languages: LANGUAGES, lang };
  const widget = new Widget(script.dataset, given, host);
  const global = { open: () => widget.open(), close: () => widget.close() };
  Object.defineProperty(window, "InclusionGuide", { value: Object.freeze(global) });
  // a link or button of the host's page may ask a question: <button data-inclusion-guide="What happens next?">
  document.addEventListener("click", (e) => {
    const asked = e.target instanceof Element && e.target.closest("[data-inclusion-guide]");
    if (!asked) return;
    e.preventDefault();
    widget.open({ text: asked.getAttribute("data-inclusion-guide") || "" });
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", boot);
else boot();
