import { createRemoteJWKSet, customFetch, type FetchImplementation } from "jose";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { fetchFailure } from "../../shared/fetch-failure.ts";
import { humanSize } from "../../shared/human-size.ts";
import { CredentialsError } from "./credentials-error.ts";

/** Where an issuer publishes its keys, and how long it may take to answer, in ms. */
export interface KeysAddress {
  readonly url: URL;
  readonly limitMs: number;
}

/** Issuers publish a few keys of one or two KiB each. */
const MAX_ANSWER_BYTES = 262_144;

/** Where an issuer publishes its keys. */
export function keysUrl(issuer: URL): URL {
  return new URL(`${issuer.href.replace(/\/+$/, "")}/.well-known/jwks.json`);
}

/**
 * The issuer's keys. They are fetched on first use, and once more when the wanted key is not among them.
 * @param ca a CA to trust instead of those of the process
 */
export function issuerKeys({ url, limitMs }: KeysAddress, ca?: string): ReturnType<typeof createRemoteJWKSet> {
  return createRemoteJWKSet(url, {
    timeoutDuration: limitMs,
    cooldownDuration: 0,
    [customFetch]: guardedFetch(ca),
  });
}

/** A `fetch` that limits the size of the answer. Redirects are not followed, as the library requires. */
function guardedFetch(ca: string | undefined): FetchImplementation {
  return async (url, options) => {
    const response = await fetch(url, ca === undefined ? options : { ...options, tls: { ca } });
    if (response.status >= 300 && response.status < 400) {
      throw new Error(
        `the answer is a redirect (HTTP ${response.status}), and keys from another address are not accepted`,
      );
    }
    if (response.status !== 200) throw new Error(`the answer is HTTP ${response.status}`);
    return new Response(await limitedBody(response));
  };
}

async function limitedBody(response: Response): Promise<Blob> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${humanSize(MAX_ANSWER_BYTES)}`);
    chunks.push(chunk);
  }
  return new Blob(chunks);
}

/** Why the keys of an issuer could not be fetched or used. */
export function keysUnavailable({ url, limitMs }: KeysAddress, error: unknown): CredentialsError {
  return new CredentialsError(
    "keys-unavailable",
    `cannot be verified with the keys at ${url.href}: ${cause(error, limitMs)}`,
    error,
  );
}

function cause(error: unknown, limitMs: number): string {
  const code = systemCode(error) ?? "";
  if (code === "ERR_JWKS_TIMEOUT") return `no answer within ${limitMs / 1000} s`;
  if (code === "EPROTO") return "it does not speak TLS";
  if (code === "ERR_JWKS_INVALID") return `the answer is not a usable set of keys: ${messageOf(error)}`;
  if (/parse the JSON Web Key Set/.test(messageOf(error))) return "the answer is not JSON";
  return fetchFailure(error, limitMs);
}
