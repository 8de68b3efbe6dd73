// Ending a call: shows the fields of the chosen outcome, and copies the summary.

import { tabs } from "./tabs.js";

const form = document.getElementById("end");
const parts = [...form.querySelectorAll("[data-for]")];
const fit = () => {
  const chosen = form.querySelector('[name="outcome"]:checked')?.value;
  for (const part of parts) part.hidden = part.dataset.for !== chosen;
};
form.addEventListener("change", fit);
fit();
tabs(document.querySelector(".tabs"));
document.getElementById("faults")?.focus();

const status = (node) => node.closest("p").querySelector("[data-copied]");
async function copy(text) {
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    document.execCommand("copy"); // where there is no TLS
  }
}
for (const button of document.querySelectorAll(".copy"))
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.of));
    const said = status(button);
    said.textContent = said.dataset.copied;
  });
const mail = document.getElementById("mail");
const text = document.getElementById("text-caller");
const LIMIT = 1800;
mail.addEventListener("click", () => {
  // the words may have been changed; what a mail program can't take over goes by the clipboard
  const subject = mail.getAttribute("href").split("&body=")[0];
  const whole = `${subject}&body=${encodeURIComponent(text.value.replace(/\n/g, "\r\n"))}`;
  const fits = whole.length <= LIMIT;
  mail.setAttribute("href", fits ? whole : subject);
  if (!fits) {
    copy(text);
    const said = status(mail);
    said.textContent = said.dataset.long;
  }
});
