import { describe, expect, test } from "bun:test";
import { checkAudience, checkTimes, issuerOf } from "./claims.ts";
import { keysUrl } from "./issuer-keys.ts";
import type { Token } from "./token.ts";

const token = (claims: Partial<Token>): Token => ({
  text: "",
  algorithm: "RS256",
  issuer: undefined,
  audience: undefined,
  owner: "",
  ...claims,
});
const NOW = Date.parse("2026-01-19T10:00:00Z");

describe("the issuer of a token", () => {
  test("matches AUTH0_DOMAIN regardless of case and trailing slash", () => {
    for (const issuer of ["https://login.example/", "https://Login.Example", "https://login.example:443/"]) {
      expect(issuerOf(token({ issuer }), "login.example").href).toBe("https://login.example/");
    }
    expect(issuerOf(token({ issuer: "https://localhost:8443/" }), "localhost:8443").port).toBe("8443");
  });

  const others = [
    "https://evil.example/",
    "https://login.example.evil.example/",
    "https://login.example/tenant",
    "https://login.example:444/",
    "https://user@login.example/",
    "http://login.example/",
    "login.example",
    ["https://login.example/"],
    undefined,
  ];
  for (const issuer of others) {
    test(`does not match AUTH0_DOMAIN: ${JSON.stringify(issuer)}`, () => {
      const check = () => issuerOf(token({ issuer }), "login.example");
      expect(check).toThrow(`its iss is ${JSON.stringify(issuer) ?? "missing"}`);
      expect(check).toThrow('AUTH0_DOMAIN wants "https://login.example/"');
    });
  }

  test("is the token's own without AUTH0_DOMAIN, if its address can be fetched safely", () => {
    expect(keysUrl(issuerOf(token({ issuer: "https://i.example/realms/a" }), undefined)).href).toBe(
      "https://i.example/realms/a/.well-known/jwks.json",
    );
    const unsafe = [
      "http://i.example/",
      "https://u:p@i.example/",
      "https://i.example/?x=1",
      "file:///etc/passwd",
      7,
      "",
    ];
    for (const issuer of unsafe) {
      expect(() => issuerOf(token({ issuer }), undefined)).toThrow("names no issuer with a usable https address");
    }
  });
});

describe("the audience of a token", () => {
  test("matches AUTH0_AUDIENCE alone or among others, or is any without AUTH0_AUDIENCE", () => {
    checkAudience(token({ audience: "a" }), "a");
    checkAudience(token({ audience: ["b", "a", "a"] }), "a");
    checkAudience(token({}), undefined);
  });

  for (const audience of [undefined, "b", "ab", ["b", ["a"]], { a: "a" }, []]) {
    test(`does not match AUTH0_AUDIENCE: ${JSON.stringify(audience)}`, () => {
      expect(() => checkAudience(token({ audience }), "a")).toThrow(
        `its aud is ${JSON.stringify(audience) ?? "missing"}, AUTH0_AUDIENCE wants "a"`,
      );
    });
  }
});

describe("the validity of a token", () => {
  test("may begin a minute in the future, and ends exactly at its expiry", () => {
    checkTimes(token({ expiresAt: NOW + 1, validFrom: NOW + 60_000 }), NOW);
    for (const expiresAt of [NOW, NOW - 1]) expect(() => checkTimes(token({ expiresAt }), NOW)).toThrow("expired at");
  });

  test("has ended: the message says when and how long ago", () => {
    expect(() => checkTimes(token({ expiresAt: NOW - 61_000 }), NOW)).toThrow(
      "expired at 2026-01-19T09:58:59Z, 1 min 1 s ago",
    );
    expect(() => checkTimes(token({ expiresAt: NOW - 7_500_000 }), NOW)).toThrow("2 h 5 min ago");
  });

  test("has not begun", () => {
    expect(() => checkTimes(token({ validFrom: NOW + 61_000 }), NOW)).toThrow(
      "is not valid before 2026-01-19T10:01:01Z, in 1 min 1 s",
    );
  });
});
