import { MASK } from "../shared/mask.ts";

const URL_IN_TEXT = /\b([a-z][a-z0-9+.-]*:\/\/)(?:([^/?#@\s"']*)@)?([^?#\s"']*)(\?[^#\s"']*)?(#[^\s"']*)?/gi;
/** Without a scheme: `user:password@host`. */
const USER_INFO = /^[^/@\s]+:[^/@\s]*@/;
/** Names of parameters that contain a key. */
const SECRET_NAME = /key|token|secret|sig|pass|auth|code|cred/i;
/** Longer values of other parameters are probably keys too: versions, regions and flags are shorter. */
const MAX_WORD_LENGTH = 16;

/** Replaces user, query and fragment of the URLs in a text: each may contain a key. */
export function withoutUrlSecrets(text: string): string {
  return text
    .replace(
      URL_IN_TEXT,
      (_, scheme: string, user?: string, place = "", query?: string, fragment?: string) =>
        `${scheme}${user === undefined ? "" : `${MASK}@`}${place}${shown("?", query)}${shown("#", fragment)}`,
    )
    .replace(USER_INFO, `${MASK}@`);
}

function shown(sign: string, part: string | undefined): string {
  if (part === undefined || part === sign) return part ?? "";
  return `${sign}${MASK}`;
}

/** The parts of the URLs in a text that must not be shown, and the keys among their parameters. */
export function urlSecrets(text: string): string[] {
  return [...text.matchAll(URL_IN_TEXT)].flatMap(([, , user = "", , query = "", fragment = ""]) => [
    ...(user === "" ? [] : [user.slice(user.indexOf(":") + 1)]),
    ...parameterSecrets(query.slice(1)),
    ...parameterSecrets(fragment.slice(1)),
  ]);
}

function parameterSecrets(parameters: string): string[] {
  if (parameters === "") return [];
  return [parameters, ...secretValues([...new URLSearchParams(parameters)])];
}

/** The keys among parameters or headers. Other values are words that texts may contain. */
export function secretValues(pairs: readonly (readonly [name: string, value: string])[]): string[] {
  return pairs.flatMap(([name, value]) => (SECRET_NAME.test(name) || value.length > MAX_WORD_LENGTH ? [value] : []));
}
