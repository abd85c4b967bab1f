import { describe, expect, test } from "bun:test";
import { CompactSign } from "jose";
import type { CredentialsErrorCode } from "../../src/credentials/verified/index.ts";
import { keyIssuer } from "../support/key-issuer.ts";
import { keyTrial } from "../support/key-trial.ts";
import { AUDIENCE } from "../support/token-issuer.ts";

const keys = keyIssuer();

const now = () => Math.floor(Date.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a valid token", () => {
  for (const algorithm of ["RS256", "ES256"] as const) {
    test(`is accepted with ${algorithm}, with and without a key id`, async () => {
      for (const header of [{}, { kid: undefined }]) {
        const key = await keys.issuer.token({}, { algorithm, header });
        const trial = keys.start(key, { strict: true });
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
      { source: { key: await keys.stranger.token({ aud: "any" }) }, strict: true },
      { ca: keys.authority.ca },
    );
    using open = await trial.open();
    expect(open.connected.join()).toContain(keys.stranger.url);
  });

  test("may become valid within a minute, and need not expire", async () => {
    using early = await keys.start(await keys.issuer.token({ nbf: now() + 30 })).open();
    expect(early.connected.join()).toContain("✅");
    using endless = await keys.start(await keys.issuer.token({ exp: undefined })).open();
    expect(endless.connected.join()).toContain("does not expire");
    expect(await endless.check.check()).toBeUndefined();
  });

  test("may have several audiences", async () => {
    using open = await keys.start(await keys.issuer.token({ aud: ["https://other/", AUDIENCE, AUDIENCE] })).open();
    expect(open.connected.join()).toContain("✅");
  });

  test("signed with a key that was just published is verified with a second fetch", async () => {
    const old = keys.issuer.keys;
    await keys.issuer.rotate();
    keys.issuer.answerOnce(() => Response.json({ keys: old }));
    const before = keys.issuer.fetches;
    using open = await keys.start(await keys.issuer.token()).open();
    expect(open.connected.join()).toContain("✅");
    expect(keys.issuer.fetches - before).toBe(2);
  });

  test("is verified with keys that have no ids", async () => {
    const bare = [...keys.stranger.keys, ...keys.issuer.keys].map(({ kid: _, alg: __, use: ___, ...rest }) => rest);
    keys.issuer.answer(() => Response.json({ keys: bare }));
    using open = await keys.start(await keys.issuer.token({}, { header: { kid: undefined } })).open();
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
      return keys.issuer.token({ exp: expiredAt });
    },
    "expired",
    () => new Date(expiredAt * 1000).toISOString().slice(0, 19),
    /2 h [56] min ago/,
  ],
  // It would keep the runner from being ready from the first moment.
  ["expired a moment ago", () => keys.issuer.token({ exp: now() - 1 }), "expired", "s ago"],
  [
    "not valid yet",
    () => keys.issuer.token({ nbf: now() + 5_400 }),
    "not-yet-valid",
    "is not valid before 20",
    "in 1 h",
  ],
  [
    "from another issuer",
    () => keys.stranger.token(),
    "issuer",
    () => `its iss is "${keys.stranger.url}"`,
    () => `AUTH0_DOMAIN wants "${keys.issuer.url}"`,
  ],
  [
    "for another audience",
    () => keys.issuer.token({ aud: "https://other/" }),
    "audience",
    '"https://other/"',
    AUDIENCE,
  ],
  ["for several other audiences", () => keys.issuer.token({ aud: ["a", "b"] }), "audience", '["a","b"]'],
  ["without an audience", () => keys.issuer.token({ aud: undefined }), "audience", "its aud is missing"],
  [
    "signed with an unknown key",
    () => keys.issuer.token({}, { header: { kid: "../../etc/passwd" } }),
    "unknown-key",
    '"../../etc/passwd"',
    () => keys.issuer.keysUrl,
  ],
  [
    "signed by another issuer",
    () => keys.stranger.token({ iss: keys.issuer.url }, KID),
    "bad-signature",
    () => keys.issuer.keysUrl,
  ],
  [
    "signed by another issuer, key unnamed",
    () => keys.stranger.token({ iss: keys.issuer.url }, NO_KID),
    "bad-signature",
  ],
  ["changed", async () => changed(await keys.issuer.token({ sub: "me" })), "bad-signature", "does not match"],
  ["cut", async () => (await keys.issuer.token()).slice(0, -20), "bad-signature"],
  ["with an end that is no number", () => keys.issuer.token({ exp: "soon" }), "not-a-jwt", "its exp is not a time"],
  ["a megabyte long", () => keys.issuer.token({ pad: "x".repeat(1_048_576) }), "not-a-jwt", "at most 16384"],
  ["unsigned", () => `${part({ alg: "none" })}.${part({ iss: keys.issuer.url })}.`, "algorithm", '"none"'],
  ["signed with the public key as a shared secret", () => withSharedSecret(), "algorithm", '"HS256"'],
  ["bringing its own key", () => keys.stranger.token({ iss: keys.issuer.url }, bringing()), "bad-signature"],
  ["asking for extensions", () => withExtensions(), "not-a-jwt", "crit"],
];

// Names of the keys that the issuer uses when these cases run.
const NO_KID = { header: { kid: undefined } };
const KID = {
  get header() {
    return { kid: keys.issuer.keys[0]?.kid };
  },
};

/** A header that names a key of another issuer in every possible way. */
function bringing() {
  const { keysUrl, keys: own } = keys.stranger;
  return { header: { ...KID.header, jwk: own[0], jku: keysUrl, x5u: keysUrl } };
}

/** The claims are others than those that were signed. */
function changed(token: string): string {
  const [header, , signature] = token.split(".");
  return `${header}.${part({ iss: keys.issuer.url, aud: AUDIENCE, sub: "root", exp: now() + 3_600 })}.${signature}`;
}

async function withSharedSecret(): Promise<string> {
  const secret = new TextEncoder().encode(JSON.stringify(keys.issuer.keys[0]));
  const claims = JSON.stringify({ iss: keys.issuer.url, aud: AUDIENCE, exp: now() + 3_600 });
  return await new CompactSign(new TextEncoder().encode(claims)).setProtectedHeader({ alg: "HS256" }).sign(secret);
}

/** Signed as it should be, with a header that wants something understood that nobody knows. */
async function withExtensions(): Promise<string> {
  const [, claims, signature] = (await keys.issuer.token()).split(".");
  return `${part({ alg: "RS256", kid: keys.issuer.keys[0]?.kid, crit: ["exp"] })}.${claims}.${signature}`;
}

describe("an invalid token fails the start with its own message:", () => {
  for (const [what, key, code, ...words] of bad) {
    test(what, async () => {
      const before = keys.stranger.fetches;
      const error = await keys.failure(await key());
      expect(error.code).toBe(code);
      for (const word of words) expect(error.message).toMatch(typeof word === "function" ? word() : word);
      expect(keys.stranger.fetches).toBe(before);
    });
  }

  test("names an issuer without https, and AUTH0_DOMAIN is not set", async () => {
    const trial = keyTrial({ source: { key: await keys.issuer.token({ iss: "http://localhost/" }) }, strict: false });
    await expect(trial.open()).rejects.toThrow('its iss is "http://localhost/", and AUTH0_DOMAIN is not set');
  });
});
