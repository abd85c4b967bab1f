import { MASK } from "../shared/mask.ts";

/** A private key in PEM form, also without its end. */
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;

/** Replaces private keys in a text: people paste them where a file is to be named. */
export function withoutPastedKeys(text: string): string {
  return text.replace(PRIVATE_KEY, MASK);
}

/** The private keys in a text. */
export function pastedKeys(text: string): string[] {
  return text.match(PRIVATE_KEY) ?? [];
}
