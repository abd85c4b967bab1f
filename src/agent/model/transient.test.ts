import { describe, expect, test } from "bun:test";
import { ModelStreamError } from "./model-stream-error.ts";
import { brokeOff, isTransient, isUnreachable, reportedError, retryAfterMs } from "./transient.ts";

const http = (status: number, text = "", headers: Record<string, string> = {}) =>
  Object.assign(new Error(text), { status, headers: new Headers(headers) });
/** As the clients of Anthropic and OpenAI throw what is reported within an answer. */
const reported = (error: object) => Object.assign(new Error("x"), { status: undefined, error });
const coded = (code: string) => Object.assign(new Error("socket"), { code });

describe("a retry makes sense after", () => {
  test("an HTTP status that is transient", () => {
    for (const status of [408, 429, 500, 502, 503, 504, 529])
      expect([status, isTransient(http(status))]).toEqual([status, true]);
    for (const status of [400, 401, 403, 404, 413, 422, 501])
      expect([status, isTransient(http(status))]).toEqual([status, false]);
  });

  test("neither an exhausted quota nor a wait that is too long", () => {
    expect(isTransient(http(429, "insufficient_quota"))).toBe(false);
    expect(isTransient(http(429, "", { "retry-after": "30" }))).toBe(true);
    for (const status of [408, 429, 503, 529])
      expect(isTransient(http(status, "", { "retry-after": "3600" }))).toBe(false);
  });

  test("an unreachable provider", () => {
    expect(isTransient(coded("ECONNREFUSED"))).toBe(true);
    expect(isUnreachable(coded("ECONNREFUSED"))).toBe(true);
    expect(isUnreachable(new Error("Connection error."))).toBe(true);
  });

  test("an answer that broke off, which does not count as unreachable", () => {
    for (const error of [
      coded("ECONNRESET"),
      new SyntaxError("JSON"),
      new ModelStreamError("broken", "x"),
      new Error("Received empty response from chat model call."),
      new Error("Did not receive done or success response in stream."),
    ]) {
      expect([error.message, isTransient(error), brokeOff(error), isUnreachable(error)]).toEqual([
        error.message,
        true,
        true,
        false,
      ]);
    }
  });

  test("an error within an answer, depending on its type", () => {
    const anthropic = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    expect(reportedError(reported(anthropic))).toBe("overloaded_error: Overloaded");
    expect(isTransient(reported(anthropic))).toBe(true);
    expect(isTransient(reported({ type: "invalid_request_error", message: "bad" }))).toBe(false);
    expect(isTransient(new ModelStreamError("error", "insufficient_quota: pay"))).toBe(false);
  });

  test("no other error", () => {
    expect(isTransient(new TypeError("undefined is not a function"))).toBe(false);
    expect(isTransient("text")).toBe(false);
  });
});

test("the wait that a provider asks for is found among the causes of an error", () => {
  expect(retryAfterMs(new Error("outer", { cause: http(503, "", { "retry-after": "2" }) }))).toBe(2_000);
  expect(retryAfterMs(http(503))).toBeUndefined();
});
