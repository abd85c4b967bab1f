import { describe, expect, test } from "bun:test";
import { CredentialsError } from "./credentials-error.ts";
import { MAX_TOKEN_LENGTH, readToken, shown } from "./token.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (header: unknown, claims: unknown, signature = "c2lnbmF0dXJl") =>
  `${part(header)}.${part(claims)}.${signature}`;
const RS256 = { alg: "RS256", kid: "k" };

function refusal(text: string): CredentialsError {
  try {
    readToken(text);
  } catch (error) {
    if (error instanceof CredentialsError) return error;
    throw error;
  }
  throw new Error("the token was taken");
}

describe("a token", () => {
  test("is parsed, with times in ms", () => {
    const text = jwt(RS256, { iss: "https://i/", aud: ["a"], exp: 2_000_000_000, nbf: 1.5 });
    expect(readToken(text)).toEqual({
      text,
      algorithm: "RS256",
      keyId: "k",
      issuer: "https://i/",
      audience: ["a"],
      owner: 'issuer "https://i/", subject null',
      expiresAt: 2_000_000_000_000,
      validFrom: 1_500,
    });
    expect(readToken(jwt({ alg: "ES256" }, {}))).toMatchObject({ algorithm: "ES256", issuer: undefined });
  });

  const forms: readonly (readonly [what: string, text: string, words: string])[] = [
    ["an opaque key", "sk-0123456789abcdef", "it has 1 of the 3 parts"],
    ["two parts", "aaaa.bbbb", "it has 2 of the 3 parts"],
    ["an encrypted token", "a.b.c.d.e", "it is encrypted"],
    ["a header of HTTP", `Bearer ${jwt(RS256, {})}`, 'begins with "Bearer"'],
    ["a line break inside", jwt(RS256, {}).replace(".", ".\n"), "white space"],
    ["letters of base64 that URLs do not have", `${jwt(RS256, {})}+/=`, "base64url"],
    ["a header that is no JSON", `bm90IGpzb24.${part({})}.sig`, "first part"],
    ["a header that is a list", `${part([])}.${part({})}.sig`, "first part"],
    ["claims that are no JSON", `${part(RS256)}.bm90IGpzb24.sig`, "second part"],
    ["claims that are a list", jwt(RS256, []), "second part"],
    ["empty parts", "..", "first part"],
    ["no signature", jwt(RS256, {}, ""), "no signature"],
    ["extensions that must be understood", jwt({ ...RS256, crit: ["b64"], b64: false }, {}), 'crit: ["b64"]'],
    ["an empty list of extensions", jwt({ ...RS256, crit: [] }, {}), "crit: []"],
    ["a key id that is a number", jwt({ alg: "RS256", kid: 7 }, {}), "kid"],
    ["an end that is text", jwt(RS256, { exp: "2000000000" }), "its exp is not a time"],
    ["an end that is null", jwt(RS256, { exp: null }), "its exp is not a time"],
    ["an end beyond all dates", jwt(RS256, { exp: 1e300 }), "its exp is not a time"],
    ["a beginning that is a list", jwt(RS256, { nbf: [1] }), "its nbf is not a time"],
    ["a megabyte", jwt(RS256, { pad: "x".repeat(1_048_576) }), `at most ${MAX_TOKEN_LENGTH}`],
  ];
  for (const [what, text, words] of forms) {
    test(`is rejected with ${what}`, () => {
      const { code, message } = refusal(text);
      expect(code).toBe("not-a-jwt");
      expect(message).toContain(words);
      expect(message.length).toBeLessThan(300);
    });
  }

  for (const alg of ["none", "None", "HS256", "HS512", "RS512", "PS256", "EdDSA", undefined, 7, ["RS256"]]) {
    test(`is rejected with the algorithm ${JSON.stringify(alg)}`, () => {
      const { code, message } = refusal(jwt({ alg }, {}, alg === "none" ? "" : "sig"));
      expect(code).toBe("algorithm");
      expect(message).toContain("allowed are RS256 and ES256");
    });
  }
});

test("a value of a token is quoted and truncated for a message", () => {
  expect(shown("a\nb")).toBe('"a\\nb"');
  expect(shown(undefined)).toBe("missing");
  expect(shown("x".repeat(10_000))).toHaveLength(201);
});
