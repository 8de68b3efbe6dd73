// Being signed in: warns before it ends, lets the same adviser sign in again without leaving the page, and signs out.

const body = document.body;
const { account } = body.dataset;
const WARN = 120; // seconds before the end
const warn = document.getElementById("warn");
const again = document.getElementById("again");
const why = document.getElementById("again-why");
const out = document.getElementById("out");
const meta = document.querySelector('meta[name="csrf"]');
const OURS = /^(call|concern)-/; // what a page of ours keeps in the browser
let ends = Date.now() + Number(body.dataset.left) * 1000;
/** @type {Array<() => void>} */
let waiting = [];
let timer = 0;

/** What a request of this page carries: that it comes from our script, and whose page it is. */
export const heads = (json) => ({
  "X-Console": "1",
  "X-Account": account,
  "X-CSRFToken": meta.content,
  ...(json && { "Content-Type": "application/json" }),
});

/** A request to the console; resolves once it was let in, if need be after signing in again. Throws where none gets through. */
export async function send(path, options = {}) {
  const { json, patience = 25000, ...rest } = options;
  for (;;) {
    const signal = AbortSignal.timeout(patience);
    const headers = heads(json !== undefined);
    const answer = await fetch(path, { ...rest, signal, headers, ...(json === undefined ? {} : { method: "POST", body: JSON.stringify(json) }) });
    if (answer.status === 401) {
      await signedIn((await answer.json()).error === "another");
      continue;
    }
    const left = answer.headers.get("X-Session-Left");
    if (left) renew(Number(left));
    if (answer.status === 400 && !rest.again) {
      rest.again = true;
      const now = await token();
      if (now.account !== account) {
        await signedIn(now.account !== "");
        continue;
      }
      if (adopt(now.token)) continue;
    }
    return answer;
  }
}

/** What a form has to carry now, and the account that is signed in in this browser, if any. */
async function token() {
  const answer = await fetch("/token", { headers: { "X-Console": "1" } });
  const now = await answer.json();
  return { token: now.token, account: String(now.account ?? "") };
}

/** Put a token into every form; whether it is another than before. */
function adopt(token) {
  const differs = token !== meta.content;
  meta.content = token;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = token;
  return differs;
}

function renew(left) {
  ends = Date.now() + left * 1000;
  if (left > WARN) shut(warn);
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(1000, Math.min(60000, (left - WARN) * 1000)));
}

/** Close a dialog. Closed after a press of the mouse, it gives back the focus without a caret: keys would do nothing. */
function shut(dialog) {
  if (!dialog.open) return;
  dialog.close();
  const held = document.activeElement;
  held?.blur();
  held?.focus({ preventScroll: true });
}

/** Whether it is time to warn, or over. What another tab does counts, so the server is asked first. */
async function look() {
  clearTimeout(timer);
  const seconds = (ends - Date.now()) / 1000;
  if (seconds > WARN) {
    timer = setTimeout(look, Math.min(60000, (seconds - WARN) * 1000));
    return;
  }
  try {
    const answer = await fetch("/session", { headers: heads() });
    if (answer.status === 401) return void signedIn((await answer.json()).error === "another");
    const { left } = await answer.json();
    ends = Date.now() + left * 1000;
    if (left > WARN) return void renew(left);
    if (!warn.open) warn.showModal();
  } catch {
    // no connection: the pages say so themselves
  }
  timer = setTimeout(look, 15000);
}

/** Resolves once this page's adviser has signed in again. @param {boolean} another whether somebody else is signed in */
function signedIn(another) {
  why.textContent = another ? why.dataset.another : why.dataset.ended;
  if (warn.open) warn.close();
  if (!again.open) again.showModal();
  again.querySelector("#again-password").focus();
  return new Promise((done) => waiting.push(done));
}

warn.querySelector("button").addEventListener("click", async () => {
  shut(warn);
  await send("/session", { method: "POST" });
});
again.addEventListener("cancel", (event) => event.preventDefault());
again.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = again.querySelector(".bad");
  fault.textContent = "";
  try {
    const data = new FormData(event.target);
    data.set("only", body.dataset.name);
    const answer = await fetch("/sign-in", { method: "POST", body: data, headers: { "X-Console": "1", "X-CSRFToken": (await token()).token } });
    const said = await answer.json();
    if (!answer.ok) {
      fault.textContent = said.error;
      return;
    }
    adopt(said.token);
    renew(Number(answer.headers.get("X-Session-Left")) || 1800);
    again.querySelector("#again-password").value = "";
    shut(again);
    const all = waiting;
    waiting = [];
    for (const go of all) go();
  } catch {
    fault.textContent = fault.dataset.offline;
  }
});

/** What this page still has to save; it is asked to before its adviser signs out. @type {Set<import("./keeping.js").Keeper>} */
export const keepers = new Set();

out.addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const keeper of keepers) await keeper.save();
  if ([...keepers].some((keeper) => keeper.dirty) && !confirm(out.dataset.unsaved)) return;
  body.inert = true; // nothing is written after this
  for (const store of [localStorage, sessionStorage])
    for (const key of Object.keys(store).filter((each) => OURS.test(each))) store.removeItem(key);
  out.submit();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
renew(Number(body.dataset.left));
