// Being signed in: warns before it ends, and lets the same adviser sign in again without leaving the page.

const body = document.body;
const WARN = 120; // seconds before the end
const warn = document.getElementById("warn");
const again = document.getElementById("again");
const meta = document.querySelector('meta[name="csrf"]');
let ends = Date.now() + Number(body.dataset.left) * 1000;
/** @type {Array<() => void>} */
let waiting = [];
let timer = 0;

/** A request to the console; resolves once it was let in, if need be after signing in again. Throws where none gets through. */
export async function send(path, options = {}) {
  const { json, patience = 25000, ...rest } = options;
  for (;;) {
    const headers = { "X-Console": "1", "X-CSRFToken": meta.content, ...(json === undefined ? {} : { "Content-Type": "application/json" }) };
    const signal = AbortSignal.timeout(patience);
    const answer = await fetch(path, { ...rest, signal, headers, ...(json === undefined ? {} : { method: "POST", body: JSON.stringify(json) }) });
    const left = answer.headers.get("X-Session-Left");
    if (left) renew(Number(left));
    if (answer.status === 401) {
      await signedIn();
      continue;
    }
    if (answer.status === 400 && !rest.again && (await refresh())) {
      rest.again = true;
      continue;
    }
    return answer;
  }
}

/** A fresh token for forms; whether it differs from the old one. */
async function refresh() {
  const answer = await fetch("/token", { headers: { "X-Console": "1" } });
  if (!answer.ok) return false;
  const { token } = await answer.json();
  const differs = token !== meta.content;
  adopt(token);
  return differs;
}

function adopt(token) {
  meta.content = token;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = token;
}

function renew(left) {
  ends = Date.now() + left * 1000;
  if (warn.open && left > WARN) warn.close();
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(1000, Math.min(60000, (left - WARN) * 1000)));
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
    const answer = await fetch("/session", { headers: { "X-Console": "1" } });
    if (answer.status === 401) return void signedIn();
    const { left } = await answer.json();
    ends = Date.now() + left * 1000;
    if (left > WARN) return void renew(left);
    if (!warn.open) warn.showModal();
  } catch {
    // no connection: the pages say so themselves
  }
  timer = setTimeout(look, 15000);
}

/** Resolves once the adviser has signed in again. */
function signedIn() {
  if (warn.open) warn.close();
  if (!again.open) again.showModal();
  again.querySelector("#again-password").focus();
  return new Promise((done) => waiting.push(done));
}

warn.querySelector("button").addEventListener("click", async () => {
  warn.close();
  await send("/session", { method: "POST" });
});
again.addEventListener("cancel", (event) => event.preventDefault());
again.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = again.querySelector(".bad");
  fault.textContent = "";
  try {
    await refresh();
    const data = new FormData(event.target);
    data.set("only", body.dataset.name);
    const answer = await fetch("/sign-in", { method: "POST", body: data, headers: { "X-Console": "1", "X-CSRFToken": meta.content } });
    const said = await answer.json();
    if (!answer.ok) {
      fault.textContent = said.error;
      return;
    }
    adopt(said.token);
    renew(Number(answer.headers.get("X-Session-Left")) || 1800);
    again.querySelector("#again-password").value = "";
    again.close();
    const all = waiting;
    waiting = [];
    for (const go of all) go();
  } catch {
    fault.textContent = fault.dataset.offline;
  }
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
renew(Number(body.dataset.left));
