import { humanDuration } from "../../shared/time.ts";
import { CredentialsError } from "./credentials-error.ts";
import { shown, type Token } from "./token.ts";

/** How far this machine's clock may be behind the issuer's. There is none for expired tokens: servers reject them. */
const SKEW_MS = 60_000;
/** The address is shown in messages. */
const MAX_ISSUER_LENGTH = 500;

/**
 * The issuer of a token, as a URL.
 * @param domain the host that it must have; without it any issuer is accepted whose keys can be fetched safely
 * @throws CredentialsError
 */
export function issuerOf({ issuer }: Token, domain: string | undefined): URL {
  const url = typeof issuer === "string" ? URL.parse(issuer) : null;
  if (domain !== undefined) {
    const wanted = new URL(`https://${domain}/`);
    // Compared as URLs: the case of the host and a trailing slash make no difference.
    if (url?.href === wanted.href) return wanted;
    const problem = `is from another issuer: its iss is ${shown(issuer)}, AUTH0_DOMAIN wants "${wanted.href}"`;
    throw new CredentialsError("issuer", problem);
  }
  if (url !== null && isSafe(url)) return url;
  const problem = `names no issuer with a usable https address: its iss is ${shown(issuer)}, and AUTH0_DOMAIN is not set`;
  throw new CredentialsError("issuer", problem);
}

/** Whether an address from a token may be fetched and shown. */
function isSafe({ protocol, username, password, search, hash, href }: URL): boolean {
  if (protocol !== "https:" || href.length > MAX_ISSUER_LENGTH) return false;
  return [username, password, search, hash].every((part) => part === "");
}

/** @throws CredentialsError if the token is for another audience */
export function checkAudience({ audience }: Token, wanted: string | undefined): void {
  if (wanted === undefined || audience === wanted) return;
  if (Array.isArray(audience) && audience.includes(wanted)) return;
  const problem = `is for another audience: its aud is ${shown(audience)}, AUTH0_AUDIENCE wants ${shown(wanted)}`;
  throw new CredentialsError("audience", problem);
}

/** @throws CredentialsError if the token has expired or is not valid yet */
export function checkTimes({ expiresAt, validFrom }: Token, now: number): void {
  if (expiresAt !== undefined && now >= expiresAt) {
    throw new CredentialsError("expired", `expired at ${iso(expiresAt)}, ${humanDuration(now - expiresAt)} ago`);
  }
  if (validFrom !== undefined && now < validFrom - SKEW_MS) {
    const problem = `is not valid before ${iso(validFrom)}, in ${humanDuration(validFrom - now)}`;
    throw new CredentialsError("not-yet-valid", problem);
  }
}

/** A time as messages show it: whole seconds, as tokens have them. */
export function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}
