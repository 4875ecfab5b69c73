// Print the violations that axe finds in a page, as JSON: in light, dark and phone width.
// node axe.mjs NODE_MODULES CHROMIUM PAGE
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, executablePath, page] = process.argv.slice(2);
const entry = `${modules}/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js`;
const puppeteer = (await import(pathToFileURL(entry).href)).default;
const axe = readFileSync(`${modules}/axe-core/axe.min.js`, "utf8");
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"] });
const found = [];
for (const [scheme, width] of [["light", 1200], ["dark", 1200], ["light", 360]]) {
  const tab = await browser.newPage();
  await tab.setViewport({ width, height: 900 });
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await tab.goto(pathToFileURL(page).href);
  await tab.evaluate(axe);
  const { violations, passes } = await tab.evaluate(() => axe.run());
  const scrolls = await tab.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  for (const one of violations) {
    found.push(`${scheme} ${width}: ${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
  }
  if (scrolls) found.push(`${scheme} ${width}: wider than the window`);
  if (passes.length < 20) found.push(`${scheme} ${width}: only ${passes.length} rules apply`);
  await tab.close();
}
await browser.close();
console.log(JSON.stringify(found));
