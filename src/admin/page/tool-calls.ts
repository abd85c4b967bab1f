import { html } from "hono/html";
import type { ReadableStatus } from "../../status/index.ts";
import { type Markup, shownName, shownText } from "./markup.ts";

export type Call = ReadableStatus["messages"][number]["calls"][number];

/** Characters of arguments and of results that are shown. */
const TEXT_LIMIT = 2_000;

const TONES: Readonly<Record<Call["state"], string>> = {
  unknown: "",
  waiting: "",
  running: "",
  completed: "good",
  failed: "bad",
};

/** How far a call or a sub-agent is. */
export function stateTag(state: Call["state"]): Markup {
  return html`<span class="tag ${TONES[state]}">${state}</span>`;
}

/** A call that can be unfolded. */
export function toolCall({ name, text, args, result, error, state }: Call): Markup {
  const given = Object.keys(args).length === 0 ? "" : JSON.stringify(args, null, 2);
  const what = text.startsWith(`${name}: `) ? text.slice(name.length + 2) : text === name ? "" : text;
  return html`<details><summary><code>${shownName(name)}</code> <span class="soft">${shownName(what)}</span> ${stateTag(state)}</summary>
${given === "" ? "" : html`<pre tabindex="0" role="group" aria-label="Arguments">${shownText(given, TEXT_LIMIT)}</pre>`}
${result === "" ? "" : html`<pre tabindex="0" role="group" aria-label="Result">${shownText(result, TEXT_LIMIT)}</pre>`}
${error === "" ? "" : html`<p>${shownText(error, TEXT_LIMIT)}</p>`}</details>`;
}
