// Filters of the report. Without scripts they stay hidden, and every key is shown.
"use strict";
const form = document.querySelector(".filters");
const output = form.querySelector("output");
const keys = Array.from(document.querySelectorAll("article"), (article) => ({
  article,
  row: null,
  paths: Array.from(article.querySelectorAll(".path"), (path) => path.textContent.toLowerCase()),
}));
for (const row of document.querySelectorAll(".timeline li")) {
  keys[row.dataset.key - 1].row = row;
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
  const chosen = [...new FormData(form)].filter(([, value]) => value);
  let shown = 0;
  for (const key of keys) {
    const isShown = matches(key, chosen);
    key.article.hidden = !isShown;
    if (key.row) key.row.hidden = !isShown;
    shown += isShown;
  }
  output.value = `${shown} of ${keys.length} shown`;
}

form.hidden = false;
form.addEventListener("input", applyFilters);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(applyFilters));
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
applyFilters();
