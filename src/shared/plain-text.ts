import { cutBetweenWords, headOfWords } from "./text.ts";

/** Maximum length of an external text that is shown to a user. */
export const PLAIN_TEXT_LIMIT = 500;
/** Longer texts are cut before they are processed. */
const READ_LIMIT = 8_192;

const STACK_LINE = /^\s*at .*(:\d+|\(native|<anonymous>|\(unknown).*$/gm;
/** LangChain's advice for developers. */
const ADVICE_LINE = /^.*\b(Troubleshooting URL:|Please fix your mistakes\.|Please fix the error and try again\.).*$/gm;
/** Bun's advice for developers. */
const FETCH_ADVICE = /\s*For more information, pass `verbose: true` in the second argument to fetch\(\)\.?/g;
/** A location inside the compiled program. */
const BUNDLE_PLACE = /(?:file:\/\/)?\/\$bunfs\/[^\s)]*/g;

/**
 * An error text of a provider or a library for users: without stack trace, HTML and advice for developers, and of limited
 * length. The complete text belongs in the log.
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

/** Proxies answer with HTML pages, whose title is the message. */
function withoutHtml(text: string): string {
  const start = text.search(/<!doctype html|<html\b|<head\b|<body\b/i);
  if (start < 0) return text;
  const page = text.slice(start);
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(page)?.[1];
  const body = page.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
  return `${text.slice(0, start)}${(title ?? body).replace(/\s+/g, " ").trim()} (a page of HTML)`;
}
