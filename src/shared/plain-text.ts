import { cutBetweenWords, headOfWords } from "./text.ts";

/** Longest foreign text that is shown to a user. */
export const PLAIN_TEXT_LIMIT = 500;
/** More of it is not looked at. */
const READ_LIMIT = 8_192;

const STACK_LINE = /^\s*at .*(:\d+|\(native|<anonymous>|\(unknown).*$/gm;
/** LangChain's advice for programmers. */
const ADVICE_LINE = /^.*\b(Troubleshooting URL:|Please fix your mistakes\.|Please fix the error and try again\.).*$/gm;
/** Bun's advice. */
const FETCH_ADVICE = /\s*For more information, pass `verbose: true` in the second argument to fetch\(\)\.?/g;
/** A place inside the compiled program. */
const BUNDLE_PLACE = /(?:file:\/\/)?\/\$bunfs\/[^\s)]*/g;

/**
 * The text of a provider or a library as a user may read it: without stack, page of HTML and advice for programmers, and
 * of limited length. The whole of it belongs in the log.
 */
export function plainText(text: string): string {
  const plain = withoutHtml(headOfWords(text, READ_LIMIT))
    .replace(STACK_LINE, "")
    .replace(ADVICE_LINE, "")
    .replace(BUNDLE_PLACE, "")
    .replace(FETCH_ADVICE, "")
    .replace(/\s*\n\s*/g, "\n")
    .trim();
  return cutBetweenWords(plain, PLAIN_TEXT_LIMIT);
}

/** Proxies answer with pages: the title says what they say. */
function withoutHtml(text: string): string {
  const start = text.search(/<!doctype html|<html\b|<head\b|<body\b/i);
  if (start < 0) return text;
  const page = text.slice(start);
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(page)?.[1];
  const body = page.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
  return `${text.slice(0, start)}${(title ?? body).replace(/\s+/g, " ").trim()} (a page of HTML)`;
}
