// A safeguarding record: it saves by itself.

import { Keeper, clock, saved } from "./keeping.js";

const root = document.getElementById("record");
const words = JSON.parse(root.dataset.words);
const fields = ["said", "done", "lead_told"].map((name) => document.getElementById(name));
const trouble = document.getElementById("trouble");
let version = Number(root.dataset.version);

const say = (text) => {
  if (trouble.textContent !== text) trouble.textContent = text;
  trouble.hidden = !text;
};
const part = (field) => (field.type === "checkbox" ? "checked" : "value");
const read = () => ({ version, ...Object.fromEntries(fields.map((field) => [field.id, field[part(field)]])) });

const keeper = new Keeper({
  path: `/concerns/${root.dataset.number}/save`,
  name: `concern-${root.dataset.number}`,
  read,
  done: (said) => {
    version = said.version;
  },
  // two at once: neither text is lost
  conflict: (now) => {
    for (const name of ["said", "done"]) {
      const field = document.getElementById(name);
      if (now[name] && !field.value.includes(now[name])) field.value = `${now[name]}\n\n${field.value}`;
    }
    version = now.version;
    keeper.changed();
  },
  show: saved(document.getElementById("saved"), words, say),
});
const left = keeper.backup();
if (left && fields.some((field) => left[field.id] !== field[part(field)])) {
  for (const field of fields) field[part(field)] = left[field.id];
  version = left.version; // the server knows whether anything has changed since
  say(words.restored.replace("{time}", clock(left.at)));
  keeper.changed();
} else if (left) keeper.forget();
if (fields.some((field) => field.type !== "checkbox" && field.value !== field.defaultValue)) keeper.changed();
for (const field of fields) field.addEventListener("input", () => keeper.changed());
