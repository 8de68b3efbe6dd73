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
const value = (field) => (field.type === "checkbox" ? field.checked : field.value);
const read = () => ({ version, ...Object.fromEntries(fields.map((field) => [field.id, value(field)])) });

const keeper = new Keeper({
  path: `/concerns/${root.dataset.number}/save`,
  key: `concern-${root.dataset.number}`,
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
if (left) {
  for (const field of fields) if (field.type !== "checkbox" && left[field.id] && left[field.id] !== field.value) field.value = left[field.id];
  say(words.restored.replace("{time}", clock(left.at)));
  keeper.changed();
}
if (fields.some((field) => field.type !== "checkbox" && field.value !== field.defaultValue)) keeper.changed();
for (const field of fields) field.addEventListener("input", () => keeper.changed());
