// Filters of the report. Without scripts they stay hidden, and every key is shown.
"use strict";
const form = document.querySelector(".filters");
const output = form.querySelector("output");
const total = Number(form.dataset.keys);
// A browser needs seconds to build thousands of keys: those after the first ones wait as text.
const waiting = Array.from(document.querySelectorAll("noscript"));
let keys = [];

function build(group) {
  group.insertAdjacentHTML("beforebegin", group.textContent);
  group.remove();
}

function buildAll() {
  waiting.splice(0).forEach(build);
  document.querySelector(".waiting")?.remove();
}

function buildNext() {
  if (!waiting.length) return buildAll();
  build(waiting.shift());
  setTimeout(buildNext, 20);
}

function listKeys() {
  buildAll();
  if (keys.length) return;
  const rows = new Map();
  for (const row of document.querySelectorAll(".timeline li")) rows.set(row.dataset.key, row);
  keys = Array.from(document.querySelectorAll("article"), (article) => ({
    article,
    row: rows.get(article.id.slice("key-".length)),
    paths: Array.from(article.querySelectorAll(".path"), (path) => path.textContent.toLowerCase()),
  }));
}

function matches(key, chosen) {
  for (const [name, value] of chosen) {
    const isMatch = name === "path"
      ? key.paths.some((path) => path.includes(value.toLowerCase()))
      : key.article.dataset[name].split(" ").includes(value);
    if (!isMatch) return false;
  }
  return true;
}

function applyFilters() {
  listKeys();
  const chosen = [...new FormData(form)].filter(([, value]) => value);
  let shown = 0;
  for (const key of keys) {
    const isShown = matches(key, chosen);
    key.article.hidden = !isShown;
    if (key.row) key.row.hidden = !isShown;
    shown += isShown;
  }
  output.value = `${shown} of ${total} shown`;
}

function showTarget() {
  if (!location.hash || document.getElementById(location.hash.slice(1))) return;
  buildAll();
  location.replace(location.hash);
}

form.hidden = false;
output.value = `${total} of ${total} shown`;
form.addEventListener("input", applyFilters);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(applyFilters));
addEventListener("hashchange", showTarget);
addEventListener("beforeprint", () => {
  buildAll();
  for (const details of document.querySelectorAll("details")) details.open = true;
});
showTarget();
setTimeout(buildNext, 20);
