import { decodeJwt, decodeProtectedHeader } from "jose";
import { CredentialsError } from "./credentials-error.ts";
import { ownerOf } from "./owner.ts";

/** Much longer than real tokens, and within the limit of servers for a header. */
export const MAX_TOKEN_LENGTH = 16_384;
/** Never `none`, and no shared secrets: an issuer's public key must not be usable as one. */
const ALGORITHMS = ["RS256", "ES256"] as const;
/** The last second that JavaScript can represent as a date. */
const LAST_SECOND = 8_640_000_000_000;

/** The unverified content of a token. */
export interface Token {
  readonly text: string;
  readonly algorithm: (typeof ALGORITHMS)[number];
  /** The id of the key that signed it. */
  readonly keyId?: string;
  readonly issuer: unknown;
  readonly audience: unknown;
  /** Whose key it is; the same text after a renewal. */
  readonly owner: string;
  /** Times in ms. */
  readonly expiresAt?: number;
  readonly validFrom?: number;
}

/**
 * Parses a token, and checks its form and its algorithm.
 * @throws CredentialsError
 */
export function readToken(text: string): Token {
  const not = (problem: string) => new CredentialsError("not-a-jwt", `is not a usable JWT: ${problem}`);
  if (text.length > MAX_TOKEN_LENGTH)
    throw not(`it is ${text.length} characters long, and at most ${MAX_TOKEN_LENGTH} are allowed`);
  if (/^bearer\s/i.test(text)) throw not('it begins with "Bearer", which is not part of the token');
  if (/\s/.test(text)) throw not("it has white space in it");
  const parts = text.split(".");
  if (parts.length === 5) throw not("it is encrypted (a JWE, with 5 parts), and only signed ones are accepted");
  if (parts.length !== 3) throw not(`it has ${parts.length} of the 3 parts, which dots separate`);
  if (!parts.every((part) => /^[\w-]*$/.test(part))) throw not("it has characters that base64url does not have");

  const header = attempt(() => decodeProtectedHeader(text));
  if (header === undefined) throw not("its first part is not a header in base64url and JSON");
  const algorithm = ALGORITHMS.find((allowed) => allowed === header.alg);
  if (algorithm === undefined) {
    const problem = `is signed with the algorithm ${shown(header.alg)}; allowed are ${ALGORITHMS.join(" and ")}`;
    throw new CredentialsError("algorithm", problem);
  }
  // RFC 7515: a token with a critical extension that is not understood must be rejected.
  if (header.crit !== undefined) throw not(`its header asks for extensions (crit: ${shown(header.crit)})`);
  if (header.kid !== undefined && typeof header.kid !== "string") throw not("its key id (kid) is not a string");
  if (parts[2] === "") throw not("it has no signature");

  const claims = attempt(() => decodeJwt(text));
  if (claims === undefined) throw not("its second part is not an object in base64url and JSON");
  const time = (name: "exp" | "nbf") => {
    const value: unknown = claims[name];
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !(Math.abs(value) <= LAST_SECOND)) throw not(`its ${name} is not a time`);
    return value * 1000;
  };
  const [expiresAt, validFrom] = [time("exp"), time("nbf")];
  return {
    text,
    algorithm,
    ...(header.kid === undefined ? {} : { keyId: header.kid }),
    issuer: claims.iss,
    audience: claims.aud,
    owner: ownerOf(claims),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(validFrom === undefined ? {} : { validFrom }),
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const MAX_SHOWN_LENGTH = 200;

/** A value from a token, for a message: it is untrusted, so it is quoted and truncated. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH).toWellFormed()}…` : text;
}
