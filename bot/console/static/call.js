// The screen for a call: script, answer, search, contacts, notes.

import { Keeper, clock, saved } from "./keeping.js";
import { send } from "./session.js";
import { tabs } from "./tabs.js";

const root = document.getElementById("call");
const { ref } = root.dataset;
const words = JSON.parse(root.dataset.words);
const facts = JSON.parse(root.dataset.facts);
const told = new Set(JSON.parse(root.dataset.told));
const keep = new Set(); // what looks personal, and belongs there all the same
const $ = (id) => document.getElementById(id);
const note = $("note");
const trouble = $("trouble");
let version = Number(root.dataset.version);
let base = note.defaultValue; // the note as the server has it
let area = root.dataset.area;
let undo = null;
let readNext = false;
let undecided = false; // something in the note looks personal, and is kept nowhere but on this page

const make = (tag, text, className) => {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  if (className) node.className = className;
  return node;
};
const button = (text, className, press) => {
  const node = make("button", text, className);
  node.type = "button";
  node.addEventListener("click", press);
  return node;
};
const piece = (html) => document.createRange().createContextualFragment(html);

// ---------------------------------------------------------------------------------------------------- keeping

let conflicting = false;
const say = (text) => {
  if (conflicting || trouble.textContent === text) return;
  trouble.replaceChildren(...(text ? [make("div", text)] : []));
};
const keeper = new Keeper({
  path: `/calls/${ref}/save`,
  name: `call-${ref}`,
  read: () => ({ version, note: note.value, facts, keep: [...keep], undo, read: readNext, special: $("special").value, script: $("caller").value }),
  also: () => ({ base }),
  done: (said) => {
    undo = null;
    base = said.stored;
    take(said);
    personal(said.personal);
    const names = Object.values(said.new);
    $("new").textContent = names.length ? words.filled.replace("{facts}", names.join(", ")) : "";
  },
  conflict: (now) => {
    // what the other one noted of the situation goes in; the note is for the adviser to decide
    const mine = { ...facts };
    const theirs = now.note;
    // only if they wrote something that is not in ours: an earlier save of our own is no conflict
    const differs = theirs !== base && !now.stored.startsWith(theirs);
    take(now);
    for (const name of changedFacts) facts[name] = mine[name];
    base = theirs;
    if (!differs) return keeper.changed(50);
    decide(theirs);
  },
  show: saved($("saved"), words, say),
});
const changedFacts = new Set();

function decide(theirs) {
  conflicting = keeper.held = true;
  const box = make("div");
  const choose = (text, value) =>
    button(text, "chip", () => {
      conflicting = keeper.held = false;
      note.value = value();
      trouble.replaceChildren();
      keeper.changed(50);
      note.focus();
    });
  const chips = make("p", "", "chips");
  chips.append(
    choose(words.take_both, () => `${theirs}\n\n${note.value}`),
    choose(words.take_theirs, () => theirs),
    choose(words.take_yours, () => note.value),
  );
  box.append(make("b", words.conflict_title), make("p", words.conflict), make("p", words.theirs, "small"), make("blockquote", theirs), chips);
  trouble.replaceChildren(box);
}

/** Take over the state that the server has. */
function take(state) {
  version = state.version;
  for (const name of Object.keys(facts)) delete facts[name];
  Object.assign(facts, state.facts);
  const visible = new Set(state.visible);
  for (const step of document.querySelectorAll("[data-step]")) step.hidden = !visible.has(step.dataset.step);
  $("known").replaceChildren(piece(state.known));
  if (state.area !== area) {
    area = state.area;
    $("c-area").value = area;
    $("s-area").value = area;
    loadContacts();
    guarding = "";
  }
  fit();
}

/** What looks personal in the note, with what to do about it. */
function personal(spots) {
  const boxes = spots.map((spot) => {
    const box = make("div", "", "spot");
    const line = make("p");
    line.append(`${words.personal[spot.kind]}: `, make("q", spot.words));
    const chips = make("p", "", "chips");
    chips.append(
      button(words.take_out, "chip", () => {
        note.value = note.value.split(spot.words).join(`[${words.personal[spot.kind].replace(/^An? /, "")}]`);
        keeper.changed(50);
        note.focus();
      }),
      button(words.keep, "chip", () => {
        keep.add(spot.words);
        keeper.changed(50);
        note.focus();
      }),
    );
    box.append(line, chips);
    return box;
  });
  undecided = boxes.length > 0;
  if (undecided) boxes.unshift(make("b", words.personal_title), make("p", words.personal_hint, "small"));
  $("personal").replaceChildren(...boxes);
  $("personal").classList.toggle("some", undecided);
}

/** A text without what nobody sees, such as the marks that turn its direction; line breaks stay. */
const visible = (text) => text.normalize("NFC").replace(/(?![\n\t])\p{C}/gu, "");

note.addEventListener("input", (event) => {
  const seen = visible(note.value);
  if (seen !== note.value && !event.isComposing) {
    const caret = visible(note.value.slice(0, note.selectionStart)).length;
    note.value = seen;
    note.setSelectionRange(caret, caret);
  }
  readNext = true;
  keeper.changed();
});

// ---------------------------------------------------------------------------------------------------- the script

const controls = [...document.querySelectorAll("[data-fact]")];

/** Put what is known into every control and every step's line. */
function fit() {
  for (const control of controls) {
    const value = facts[control.dataset.fact];
    if (control.type === "radio") control.checked = String(value) === control.value;
    else if (control !== document.activeElement) control.value = value ?? "";
  }
  for (const step of document.querySelectorAll("[data-step]")) {
    const shown = [];
    for (const name of step.dataset.asks.split(" ").filter(Boolean)) {
      const own = [...step.querySelectorAll(`[data-fact="${name}"]`)];
      const [first] = own;
      if (facts[name] === undefined || facts[name] === null || facts[name] === "") continue;
      const pill = own.find((control) => control.checked)?.nextElementSibling?.textContent;
      shown.push(pill || first.selectedOptions?.[0]?.textContent || String(facts[name]));
    }
    step.querySelector(".given").textContent = shown.join(" · ");
  }
}

for (const control of controls)
  control.addEventListener(control.type === "radio" || control.tagName === "SELECT" ? "change" : "input", () => {
    facts[control.dataset.fact] = control.value === "" ? null : control.value;
    changedFacts.add(control.dataset.fact);
    readNext = false;
    keeper.changed(150);
    fit();
  });
// a choice that was made by mistake goes when it is pressed again
for (const control of controls.filter((each) => each.type === "radio"))
  control.addEventListener("click", () => {
    if (control.dataset.was === "yes") {
      control.checked = false;
      facts[control.dataset.fact] = null;
      changedFacts.add(control.dataset.fact);
      keeper.changed(150);
      fit();
    }
    for (const each of controls) each.dataset.was = each.checked ? "yes" : "";
  });

$("caller").addEventListener("change", () => {
  for (const script of document.querySelectorAll("[data-script]")) script.hidden = script.dataset.script !== $("caller").value;
  keeper.changed(50);
});
function showSpecial() {
  for (const special of document.querySelectorAll("[data-special]")) special.hidden = special.dataset.special !== $("special").value;
}
$("special").addEventListener("change", () => {
  showSpecial();
  document.querySelector(".script .scroll").scrollTop = 0;
  keeper.changed(50);
});
document.querySelector(".script").addEventListener("click", (event) => {
  const link = event.target.closest(".sections a");
  if (!link) return;
  event.preventDefault();
  const heading = document.querySelector(link.getAttribute("href"));
  heading.scrollIntoView({ block: "start" });
  heading.focus({ preventScroll: true });
});
$("known").addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-undo]");
  if (!pressed) return;
  undo = pressed.dataset.undo;
  readNext = false;
  keeper.changed(0);
  note.focus();
});

// ---------------------------------------------------------------------------------------------------- the answers

const open = tabs(document.querySelector(".middle .tabs"), (name) => {
  if (name === "safeguarding") loadSafeguarding();
});
const answers = $("answers");

let asking = Promise.resolve();
/** Ask, once what was asked before is answered; whether an answer came. What is asked stands there at once. */
function ask(question, title) {
  const wait = make("article", "", "turn small");
  const state = make("p", words.asking);
  wait.append(make("h3", title || question), state);
  answers.prepend(wait);
  answers.scrollTop = 0;
  return (asking = asking.then(async () => {
    try {
      if (keeper.dirty) await keeper.save();
      const answer = await send(`/calls/${ref}/ask`, { json: { question, title } });
      if (!answer.ok) throw new Error(String(answer.status));
      const shown = piece(await answer.text());
      const text = shown.querySelector(".say, .danger").textContent.replace(/\s+/g, " ").trim();
      answers.querySelector(".first")?.setAttribute("hidden", "");
      wait.replaceWith(shown);
      press();
      $("heard").textContent = words.answered.replace("{text}", text.slice(0, 400));
      return true;
    } catch {
      state.textContent = words.failed;
      state.setAttribute("role", "alert");
      return false;
    }
  }));
}
$("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = $("question");
  const question = field.value.trim();
  field.value = "";
  if (question && !(await ask(question, null)) && !field.value) field.value = question;
});

/** Which records are in the summary, on every button. */
function press() {
  for (const node of document.querySelectorAll(".tell")) node.setAttribute("aria-pressed", String(told.has(node.dataset.record)));
}

document.querySelector(".columns").addEventListener("click", async (event) => {
  const pressed = event.target.closest("button");
  if (!pressed) return;
  if (pressed.dataset.payload) {
    open("answer");
    ask(pressed.dataset.payload, pressed.textContent.trim());
  } else if (pressed.dataset.see) {
    see(pressed.dataset.see);
  } else if (pressed.classList.contains("back")) {
    $("record").hidden = true;
    $("results").hidden = false;
    $("q").focus();
  } else if (pressed.classList.contains("tell")) {
    const { record } = pressed.dataset;
    const add = !told.has(record);
    await keeper.save();
    const answer = await send(`/calls/${ref}/told`, { json: { record, told: add } });
    if (!answer.ok) return;
    const said = await answer.json();
    version = said.version;
    told.clear();
    for (const each of said.told) told.add(each);
    press();
  }
});
document.addEventListener("click", (event) => {
  const pressed = event.target.closest('[data-open="safeguarding"]');
  if (!pressed) return;
  if (pressed.dataset.kind) guarded = pressed.dataset.kind;
  guarding = "";
  open("safeguarding", true);
});

// ---------------------------------------------------------------------------------------------------- looking up

let looking = 0;
let typed = 0;
async function search() {
  const mine = ++looking;
  const query = new URLSearchParams({ q: $("q").value, area: $("s-area").value, audience: $("s-audience").value, ref });
  try {
    const answer = await send(`/search?${query}`);
    if (mine !== looking || !answer.ok) return;
    $("results").replaceChildren(piece(await answer.text()));
    $("results").hidden = false;
    $("record").hidden = true;
    const count = $("results").querySelectorAll("li").length;
    if ($("q").value.trim()) $("found").textContent = words.results.replace("{n}", String(count));
  } catch {
    $("results").replaceChildren(make("p", words.offline));
  }
}
$("q").addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(search, 140);
});
for (const name of ["s-area", "s-audience"]) $(name).addEventListener("change", search);
$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});

async function see(record) {
  const answer = await send(`/records/${record}?ref=${ref}`);
  if (!answer.ok) return;
  open("search");
  $("record").replaceChildren(piece(await answer.text()));
  $("record").hidden = false;
  $("results").hidden = true;
  press();
  $("record").closest(".scroll").scrollTop = 0;
  $("record").querySelector(".turn").focus({ preventScroll: true });
}

async function loadContacts() {
  const answer = await send(`/contacts?area=${encodeURIComponent($("c-area").value)}&ref=${ref}`);
  if (answer.ok) $("contacts").replaceChildren(piece(await answer.text()));
  press();
}
$("c-area").addEventListener("change", loadContacts);

let guarding = ""; // what the safeguarding tab shows
let guarded = "";
async function loadSafeguarding(chosenArea) {
  const query = new URLSearchParams({ ref });
  if (guarded) query.set("kind", guarded);
  if (chosenArea !== undefined) query.set("area", chosenArea);
  if (guarding === String(query)) return;
  const answer = await send(`/safeguarding?${query}`);
  if (!answer.ok) return;
  guarding = String(query);
  $("safeguarding").replaceChildren(piece(await answer.text()));
}
$("safeguarding").addEventListener("submit", (event) => {
  if (!event.target.classList.contains("pick-kind")) return;
  event.preventDefault();
  guarded = $("sg-kind").value;
  loadSafeguarding($("sg-area").value);
});
$("safeguarding").addEventListener("change", (event) => {
  if (!event.target.closest(".pick-kind")) return;
  const { id } = event.target;
  guarded = $("sg-kind").value;
  loadSafeguarding($("sg-area").value).then(() => $(id)?.focus());
});

// ---------------------------------------------------------------------------------------------------- keys, time

const KEYS = {
  KeyS: () => $("script").focus(),
  KeyQ: () => {
    open("answer");
    $("question").focus();
  },
  KeyR: () => {
    open("search");
    $("q").focus();
  },
  KeyC: () => {
    open("contacts");
    $("c-area").focus();
  },
  KeyN: () => note.focus(),
  KeyG: () => {
    guarding = "";
    open("safeguarding", true);
  },
};
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !KEYS[event.code]) return;
  event.preventDefault();
  KEYS[event.code]();
});
$("end").addEventListener("click", async (event) => {
  if (!keeper.dirty && !keeper.busy && !undecided) return;
  event.preventDefault();
  await keeper.save();
  if (undecided) {
    $("personal").querySelector("p").textContent = words.personal_end;
    $("personal").querySelector("button").focus();
  } else if (!keeper.dirty) location.href = event.target.href;
});
const timer = $("timer");
function tick() {
  const seconds = Math.max(0, Math.floor(Date.now() / 1000 - Number(timer.dataset.begun)));
  timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
if (timer) {
  tick();
  setInterval(tick, 1000);
}

// ---------------------------------------------------------------------------------------------------- the beginning

// what was chosen and written before this script was there
let early = note.value !== note.defaultValue;
for (const control of controls) {
  const chosen = control.type === "radio" ? control.checked && !control.defaultChecked : control.tagName === "INPUT" && control.value !== control.defaultValue;
  if (!chosen) continue;
  facts[control.dataset.fact] = control.value;
  early = true;
}
const shown = [...document.querySelectorAll("[data-special]")].find((each) => !each.hidden);
if ($("special").value !== (shown ? shown.dataset.special : "")) {
  showSpecial();
  early = true;
}
if (early) {
  readNext = true;
  keeper.changed();
}
fit();
for (const each of controls) each.dataset.was = each.checked ? "yes" : "";
const left = early ? null : keeper.backup();
if (left && (left.note !== note.value || JSON.stringify(left.facts) !== JSON.stringify(facts))) {
  for (const [name, value] of Object.entries(left.facts)) if (facts[name] !== value) changedFacts.add(name);
  Object.assign(facts, left.facts);
  for (const each of left.keep) keep.add(each);
  note.value = left.note;
  ({ version, base } = left); // as the server was when this was written: it knows what has changed since
  fit();
  keeper.changed(50);
  $("restored").textContent = words.restored.replace("{time}", clock(left.at));
  $("restored").hidden = false;
  note.addEventListener("input", () => ($("restored").hidden = true), { once: true });
} else if (left) keeper.forget();
