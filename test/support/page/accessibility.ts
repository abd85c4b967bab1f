/** What is wrong with a page for those who use a keyboard or a screen reader, or see little contrast. */
import type { Page } from "playwright-core";

/** The least contrast of text that WCAG 2 AA allows. */
const LEAST_CONTRAST = 4.5;

/** @returns each problem in words */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  return (await page.evaluate(`(${checks.toString()})(${LEAST_CONTRAST})`)) as string[];
}

/** Runs in the page; `document` is not typed here. */
const checks = new Function(
  "leastContrast",
  `
  const problems = [];
  const say = (what, element) => problems.push(what + ": " + element.outerHTML.slice(0, 120));
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isShown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;

  for (const name of ["header", "main", "footer", "h1"]) if (all(name).length !== 1) problems.push("not one " + name);
  if (document.documentElement.lang === "") problems.push("no language");
  if (document.title === "") problems.push("no title");
  for (const element of all("a[href], button, summary"))
    if ((element.getAttribute("aria-label") ?? element.textContent).trim() === "") say("no name", element);
  for (const element of all("input:not([type=hidden])")) if (element.labels.length === 0) say("no label", element);
  for (const element of all("section")) {
    const title = document.getElementById(element.getAttribute("aria-labelledby") ?? "");
    if (title === null) say("no title", element);
  }
  for (const element of all("svg")) if (element.getAttribute("aria-hidden") !== "true") say("a picture without words", element);
  const ids = all("[id]").map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push("an id twice: " + id);
  let level = 0;
  for (const element of all("h1, h2, h3, h4")) {
    const own = Number(element.localName[1]);
    if (own > level + 1) say("a level of headings is missing", element);
    level = own;
  }

  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const background = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  for (const element of all("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim() !== "");
    if (!hasText || !isShown(element)) continue;
    const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(background(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < leastContrast) say("contrast " + contrast.toFixed(2), element);
  }
  return problems;
`,
);
