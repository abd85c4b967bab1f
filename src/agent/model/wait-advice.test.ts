import { describe, expect, test } from "bun:test";
import { advisedWaitMs } from "./wait-advice.ts";

const NOW = Date.parse("2026-01-19T10:00:00Z");
const advised = (headers: Record<string, string>, text = "") =>
  advisedWaitMs(Object.assign(new Error(text), { status: 429, headers: new Headers(headers) }), NOW);

describe("the wait that a provider asks for", () => {
  test("is read from its headers, the most exact one first", () => {
    expect(advised({ "retry-after-ms": "1500", "retry-after": "2" })).toBe(1_500);
    expect(advised({ "retry-after": "30" })).toBe(30_000);
    expect(advised({ "retry-after-ms": "soon", "retry-after": "2" })).toBe(2_000);
  });

  test("is the longest of the limits that are used up", () => {
    expect(
      advised({
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2026-01-19T10:00:20Z",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2026-01-19T10:00:45Z",
        "anthropic-ratelimit-output-tokens-remaining": "8000",
        "anthropic-ratelimit-output-tokens-reset": "2026-01-19T11:00:00Z",
      }),
    ).toBe(45_000);
    expect(advised({ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" })).toBe(360_000);
    expect(advised({ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms" })).toBe(20);
  });

  test("is not negative, and ignores what is no time", () => {
    const reset = (text: string) =>
      advised({ "anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": text });
    expect(reset("2026-01-19T09:00:00Z")).toBe(0);
    expect(reset("tomorrow")).toBeUndefined();
  });

  test("is read from the text if no header says it", () => {
    expect(advised({}, "Rate limit reached for gpt-4o. Please try again in 1.2s.")).toBe(1_200);
    expect(advised({}, "Please try again in 1m3s. Visit …")).toBe(63_000);
    expect(advised({}, '{"@type": "RetryInfo", "retryDelay": "34s"}')).toBe(34_000);
    expect(advised({}, "Please try again in a moment")).toBeUndefined();
  });

  test("is found among the causes of an error", () => {
    const cause = Object.assign(new Error(""), { headers: new Headers({ "retry-after": "2" }) });
    expect(advisedWaitMs(new Error("outer", { cause }))).toBe(2_000);
    expect(advisedWaitMs(new Error("none"))).toBeUndefined();
  });
});
