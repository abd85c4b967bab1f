import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { CompactSign } from "jose";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import {
  CredentialsError,
  type CredentialsErrorCode,
  type CredentialsOptions,
} from "../../src/credentials/verified/index.ts";
import { type TestAuthority, testAuthority } from "../support/certificates.ts";
import { type KeyTrial, keyTrial } from "../support/key-trial.ts";
import { AUDIENCE, type TokenIssuer, tokenIssuer } from "../support/token-issuer.ts";

let authority: TestAuthority;
let issuer: TokenIssuer;
let stranger: TokenIssuer;
beforeAll(async () => {
  authority = await testAuthority();
  [issuer, stranger] = await Promise.all([tokenIssuer(authority), tokenIssuer(authority)]);
});
afterEach(() => issuer.answer());
afterAll(async () => {
  for (const part of [issuer, stranger, authority]) await part[Symbol.asyncDispose]();
});

type Options = Pick<CredentialsOptions, "ca" | "limits">;

/** A start with this token, at this issuer. */
function start(key: string, config: KeyTrial["config"] = {}, options: Options = {}) {
  const wanted = { auth0Domain: issuer.domain, auth0Audience: AUDIENCE, ...config };
  return keyTrial({ source: { key }, strict: false, ...wanted }, { ca: authority.ca, ...options });
}

/** What the start fails with: the token is in none of it. */
async function failure(key: string, config?: KeyTrial["config"], options?: Options): Promise<CredentialsError> {
  const trial = start(key, config, options);
  const outcome = await trial.open().then(
    (open) => open.close(),
    (error: unknown) => error,
  );
  if (!(outcome instanceof CredentialsError)) throw new Error(`the start ended with ${String(outcome)}`);
  const all = [outcome.message, ...outcome.remedies, Bun.inspect(outcome), ...trial.unmasked].join("\n");
  for (const part of key.split(".").filter((text) => text.length > 8)) expect(all).not.toContain(part);
  expect(outcome.message).toStartWith("STIGMER_API_KEY ");
  expect(outcome.message.length).toBeLessThan(500);
  expect(outcome.remedies.length).toBeGreaterThan(0);
  return outcome;
}

const now = () => Math.floor(Date.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a valid token", () => {
  for (const algorithm of ["RS256", "ES256"] as const) {
    test(`is accepted with ${algorithm}, with and without a key id`, async () => {
      for (const header of [{}, { kid: undefined }]) {
        const key = await issuer.token({}, { algorithm, header });
        const trial = start(key, { strict: true });
        using open = await trial.open();
        expect(open.credentials.apiKey()).toBe(key);
        expect(await open.check.check()).toBeUndefined();
        expect(open.connected.join()).toMatch(/^✅ API key verified: issuer https:\/\/localhost:\d+\/, expires 20.*Z$/);
        expect(trial.lines).toEqual([]);
      }
    });
  }

  test("is checked with the issuer that it names without AUTH0_DOMAIN, and for any audience without AUTH0_AUDIENCE", async () => {
    const trial = keyTrial(
      { source: { key: await stranger.token({ aud: "any" }) }, strict: true },
      { ca: authority.ca },
    );
    using open = await trial.open();
    expect(open.connected.join()).toContain(stranger.url);
  });

  test("may become valid within a minute, and need not expire", async () => {
    using early = await start(await issuer.token({ nbf: now() + 30 })).open();
    expect(early.connected.join()).toContain("✅");
    using endless = await start(await issuer.token({ exp: undefined })).open();
    expect(endless.connected.join()).toContain("does not expire");
    expect(await endless.check.check()).toBeUndefined();
  });

  test("may have several audiences", async () => {
    using open = await start(await issuer.token({ aud: ["https://other/", AUDIENCE, AUDIENCE] })).open();
    expect(open.connected.join()).toContain("✅");
  });

  test("signed with a key that was just published is verified with a second fetch", async () => {
    const old = issuer.keys;
    await issuer.rotate();
    issuer.answerOnce(() => Response.json({ keys: old }));
    const before = issuer.fetches;
    using open = await start(await issuer.token()).open();
    expect(open.connected.join()).toContain("✅");
    expect(issuer.fetches - before).toBe(2);
  });

  test("is verified with keys that have no ids", async () => {
    const bare = [...stranger.keys, ...issuer.keys].map(({ kid: _, alg: __, use: ___, ...rest }) => rest);
    issuer.answer(() => Response.json({ keys: bare }));
    using open = await start(await issuer.token({}, { header: { kid: undefined } })).open();
    expect(open.connected.join()).toContain("✅");
  });
});

type Case = readonly [
  what: string,
  key: () => string | Promise<string>,
  code: CredentialsErrorCode,
  ...words: (string | RegExp | (() => string))[],
];

/** Of the token of the first case. */
let expiredAt = 0;

const bad: readonly Case[] = [
  ["no JWT", () => "an-opaque-key-of-another-kind", "not-a-jwt", "1 of the 3 parts"],
  [
    "expired",
    () => {
      expiredAt = now() - 7_500;
      return issuer.token({ exp: expiredAt });
    },
    "expired",
    () => new Date(expiredAt * 1000).toISOString().slice(0, 19),
    /2 h [56] min ago/,
  ],
  // It would keep the runner from being ready from the first moment.
  ["expired a moment ago", () => issuer.token({ exp: now() - 1 }), "expired", "s ago"],
  ["not valid yet", () => issuer.token({ nbf: now() + 5_400 }), "not-yet-valid", "is not valid before 20", "in 1 h"],
  [
    "from another issuer",
    () => stranger.token(),
    "issuer",
    () => `its iss is "${stranger.url}"`,
    () => `AUTH0_DOMAIN wants "${issuer.url}"`,
  ],
  ["for another audience", () => issuer.token({ aud: "https://other/" }), "audience", '"https://other/"', AUDIENCE],
  ["for several other audiences", () => issuer.token({ aud: ["a", "b"] }), "audience", '["a","b"]'],
  ["for nobody", () => issuer.token({ aud: undefined }), "audience", "its aud is missing"],
  [
    "signed with an unknown key",
    () => issuer.token({}, { header: { kid: "../../etc/passwd" } }),
    "unknown-key",
    '"../../etc/passwd"',
    () => issuer.keysUrl,
  ],
  ["signed by somebody else", () => stranger.token({ iss: issuer.url }, KID), "bad-signature", () => issuer.keysUrl],
  ["signed by somebody else, key unnamed", () => stranger.token({ iss: issuer.url }, NO_KID), "bad-signature"],
  ["changed", async () => changed(await issuer.token({ sub: "me" })), "bad-signature", "does not match"],
  ["cut", async () => (await issuer.token()).slice(0, -20), "bad-signature"],
  ["with an end that is no number", () => issuer.token({ exp: "soon" }), "not-a-jwt", "its exp is not a time"],
  ["a megabyte long", () => issuer.token({ pad: "x".repeat(1_048_576) }), "not-a-jwt", "at most 16384"],
  ["unsigned", () => `${part({ alg: "none" })}.${part({ iss: issuer.url })}.`, "algorithm", '"none"'],
  ["signed with the public key as a shared secret", () => withSharedSecret(), "algorithm", '"HS256"'],
  ["bringing its own key", () => stranger.token({ iss: issuer.url }, bringing()), "bad-signature"],
  ["asking for extensions", () => withExtensions(), "not-a-jwt", "crit"],
];

// Names of the keys that the issuer uses when these cases run.
const NO_KID = { header: { kid: undefined } };
const KID = {
  get header() {
    return { kid: issuer.keys[0]?.kid };
  },
};

/** Says where its own key is, in all the ways that there are. */
function bringing() {
  const { keysUrl, keys } = stranger;
  return { header: { ...KID.header, jwk: keys[0], jku: keysUrl, x5u: keysUrl } };
}

/** The claims are others than those that were signed. */
function changed(token: string): string {
  const [header, , signature] = token.split(".");
  return `${header}.${part({ iss: issuer.url, aud: AUDIENCE, sub: "root", exp: now() + 3_600 })}.${signature}`;
}

async function withSharedSecret(): Promise<string> {
  const secret = new TextEncoder().encode(JSON.stringify(issuer.keys[0]));
  const claims = JSON.stringify({ iss: issuer.url, aud: AUDIENCE, exp: now() + 3_600 });
  return await new CompactSign(new TextEncoder().encode(claims)).setProtectedHeader({ alg: "HS256" }).sign(secret);
}

/** Signed as it should be, with a header that wants something understood that nobody knows. */
async function withExtensions(): Promise<string> {
  const [, claims, signature] = (await issuer.token()).split(".");
  return `${part({ alg: "RS256", kid: issuer.keys[0]?.kid, crit: ["exp"] })}.${claims}.${signature}`;
}

describe("an invalid token fails the start with its own message:", () => {
  for (const [what, key, code, ...words] of bad) {
    test(what, async () => {
      const before = stranger.fetches;
      const error = await failure(await key());
      expect(error.code).toBe(code);
      for (const word of words) expect(error.message).toMatch(typeof word === "function" ? word() : word);
      expect(stranger.fetches).toBe(before);
    });
  }

  test("names an issuer without https, and AUTH0_DOMAIN is not set", async () => {
    const trial = keyTrial({ source: { key: await issuer.token({ iss: "http://localhost/" }) }, strict: false });
    await expect(trial.open()).rejects.toThrow('its iss is "http://localhost/", and AUTH0_DOMAIN is not set');
  });
});

const troubles: readonly (readonly [what: string, answer: () => Response, words: string])[] = [
  ["answers with an error", () => new Response("", { status: 503 }), "the answer is HTTP 503"],
  ["sends elsewhere", () => Response.redirect(stranger.keysUrl), "the answer is a redirect (HTTP 302)"],
  ["answers with a page", () => new Response("<html>"), "the answer is not JSON"],
  ["answers without keys", () => Response.json({ keys: 7 }), "the answer is not a usable set of keys"],
  ["publishes a broken key", () => Response.json({ keys: [{ kty: "RSA", n: "AQAB", e: "AQAB" }] }), "2048 bits"],
  ["publishes a private key", () => Response.json({ keys: [stranger.privateKey] }), "must be public keys"],
  ["answers without end", () => new Response(endless()), "the answer is longer than 262144 bytes"],
];

/** Sends for as long as somebody reads. */
function endless(): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(65_536).fill(32);
  return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}

/** Only a strict start fails; a lenient one warns, and says so in its health. */
async function onlyStrictFails(key: string, words: string, config: KeyTrial["config"] = {}): Promise<void> {
  const error = await failure(key, { ...config, strict: true });
  expect(error.code).toBe("keys-unavailable");
  expect(error.message).toContain(words);

  const trial = start(key, config);
  using open = await trial.open();
  expect(open.connected.join()).toStartWith("API key not verified yet: issuer https://");
  expect(trial.lines).toEqual([expect.stringContaining("WARN")]);
  expect(trial.lines.join()).toContain(words);
  expect(await open.check.check()).toMatchObject({ status: "degraded", reason: expect.stringContaining(words) });
}

describe("a start whose issuer's keys cannot be fetched fails", () => {
  for (const [what, answer, words] of troubles) {
    test(`when the issuer ${what}`, async () => {
      issuer.answer(answer);
      await onlyStrictFails(await issuer.token({}, { header: { kid: undefined } }), words);
    });
  }

  test("when nothing listens there, or its host name is unknown", async () => {
    const places = [
      [`localhost:${(await freePorts(1))[0]}`, "connection refused"],
      ["no-such-host.invalid", "the host name is unknown"],
    ] as const;
    for (const [auth0Domain, words] of places) {
      await onlyStrictFails(await issuer.token({ iss: `https://${auth0Domain}/` }), words, { auth0Domain });
    }
  });

  test("when its certificate is from an unknown CA, with remedies that say how to trust it", async () => {
    await using other = await testAuthority("Another CA");
    const error = await failure(await issuer.token(), { strict: true }, { ca: other.ca });
    expect(error.message).toContain("its certificate is not accepted");
    expect(error.remedies.join()).toContain("NODE_EXTRA_CA_CERTS");
  });

  test("at its time limit when the issuer hangs before or in its answer", async () => {
    const mute = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const auth0Domain = `localhost:${(mute.address() as AddressInfo).port}`;
    issuer.answer(() => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([32])) })));
    const limits = { fetchMs: 200, verifyMs: 600_000 };
    const errors = await Promise.all([
      failure(await issuer.token(), { strict: true }, { limits }),
      failure(await issuer.token({ iss: `https://${auth0Domain}/` }), { auth0Domain, strict: true }, { limits }),
    ]);
    for (const { message } of errors) expect(message).toContain("no answer within 0.2 s");
    mute.close();
  });

  test("at the time limit for both when the issuer hangs at the second fetch", async () => {
    const old = issuer.keys;
    await issuer.rotate();
    issuer.answer(() => new Promise<Response>(() => undefined));
    issuer.answerOnce(() => Response.json({ keys: old }));
    const limits = { fetchMs: 600_000, verifyMs: 500 };
    const { message } = await failure(await issuer.token(), { strict: true }, { limits });
    expect(message).toContain("no answer within 0.5 s");
  });

  test("still checks the claims in the lenient mode", async () => {
    issuer.answer(() => new Response("", { status: 500 }));
    expect((await failure(await issuer.token({ exp: now() - 90 }))).code).toBe("expired");
    expect((await failure(await issuer.token({ aud: "a" }))).code).toBe("audience");
  });
});
