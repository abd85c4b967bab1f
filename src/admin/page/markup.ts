import { html } from "hono/html";
import { visible } from "../../shared/printable.ts";
import { cutMiddle } from "../../shared/text.ts";

/** A piece of the page. Whatever is put into a template is escaped, unless it is such a piece. */
export type Markup = ReturnType<typeof html>;

/** Longest name, id or title that is shown, in characters. */
const NAME_LIMIT = 120;

/**
 * A text from outside, for a template, which escapes it: not longer than the limit, and with what a reader could not see
 * made visible, such as NUL and characters that change the reading order.
 */
export function shownText(text: string, limit: number): string {
  // What becomes visible becomes longer.
  return visible(cutMiddle(text, limit, (cut) => `\n[… ${cut} characters not shown …]\n`).text);
}

/** A name or an id from outside, in one line. */
export function shownName(text: string): string {
  return visible(cutMiddle(text, NAME_LIMIT, () => "…").text).replace(/\s+/g, " ");
}

/** The address of the page with this execution. */
export function pageOf(executionId: string): string {
  return `/?execution=${encodeURIComponent(executionId.toWellFormed())}`;
}

/** How long something lasts until now. The script keeps it up to date. @param now absent: it is left to the script */
export function age(since: Date, now: Date | undefined): Markup {
  const text = now === undefined ? "" : duration(now.getTime() - since.getTime());
  return html`<time datetime="${since.toISOString()}" data-since="${since.getTime()}">${text}</time>`;
}

/** `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`: as the script writes it. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const COUNTS = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** `950`, `12.3K`. */
export function count(value: number): string {
  return COUNTS.format(value);
}

export async function textOf(markup: Markup): Promise<string> {
  return (await markup).toString();
}
