import { describe, expect, test } from "bun:test";
import { read, refused } from "../../../test/support/parser-results.ts";
import { apiKey, bearerToken } from "./keys.ts";

describe("a key", () => {
  test("is one word of visible characters", () => {
    for (const text of ["dummy-local-key", "eyJ.eyJ.a_b-c", "sk:+/="])
      expect(read(apiKey, text)).toEqual({ value: text });
  });

  test("has no traces of careless copying", () => {
    refused(apiKey, "has white space around it", [" key", "key\n"]);
    refused(apiKey, "has white space in it", ["a key", "a\tkey", "first\nsecond"]);
    refused(apiKey, 'starts with "Bearer", which is not part of the key', ["Bearer key", "bearer key"]);
    refused(apiKey, "contains characters that no key has", ["k\u00e9y", "key\u0007", "\u201ckey\u201d"]);
  });
});

describe("a bearer token", () => {
  test("is any text that a header can carry", () => {
    for (const token of ["12345678", "p@ss-word!~", "x".repeat(64)])
      expect(read(bearerToken, token)).toEqual({ value: token });
  });

  test("is not short and has neither white space nor other characters", () => {
    refused(bearerToken, "is shorter than 8 characters", ["1234567"]);
    const problem = "contains characters that an Authorization header cannot carry";
    refused(bearerToken, problem, ["pass word 1", "pässword-1", "token\u0000token", "token\ntoken1", "ток3н-secret"]);
    refused(bearerToken, "has white space around it", [" 12345678", "12345678\n"]);
  });
});
