import { describe, expect, test } from "bun:test";
import { ContextOverflowError } from "@langchain/core/errors";
import { brokeOff, failureKind, isUnreachable, reportedError } from "./failure-kind.ts";
import { ModelStreamError } from "./model-stream-error.ts";

const http = (status: number, text = "") => Object.assign(new Error(text), { status, headers: new Headers() });
/** As the clients of Anthropic and OpenAI throw what is reported within an answer. */
const reported = (error: object) => Object.assign(new Error("x"), { status: undefined, error });
const coded = (code: string) => Object.assign(new Error("socket"), { code });

describe("the kind of a failed model call", () => {
  test.each([
    [401, "", "key"],
    [403, "forbidden", "key"],
    [402, "", "quota"],
    [403, "Your credit balance is too low", "quota"],
    [400, "Your credit balance is too low to access the Anthropic API", "quota"],
    [429, "You exceeded your current quota, please check your plan and billing details", "quota"],
    [429, "insufficient_quota", "quota"],
    [429, "Rate limit reached", "rate-limit"],
    [503, "", "overloaded"],
    [529, "overloaded_error", "overloaded"],
    [404, "model: claude-9", "unknown-model"],
    [400, "The model `gpt-9` does not exist or you do not have access to it", "unknown-model"],
    [400, "Invalid prompt: flagged as potentially violating our usage policy", "content"],
    [400, "The response was filtered due to Azure's content management policy", "content"],
    [408, "", "server"],
    [500, "", "server"],
    [502, "", "server"],
    [504, "", "server"],
    [400, "max_tokens is too large", "other"],
    [413, "", "other"],
    [422, "", "other"],
    [501, "", "other"],
  ] as const)("with status %i and %p", (status, text, kind) => {
    expect(failureKind(http(status, text))).toBe(kind);
  });

  test("follows from the library's error if the conversation is too long", () => {
    expect(failureKind(new Error("outer", { cause: new ContextOverflowError("too long") }))).toBe("context");
  });

  test("follows from the connection's error", () => {
    expect(failureKind(coded("ECONNREFUSED"))).toBe("unreachable");
    expect(isUnreachable(new Error("Connection error."))).toBe(true);
    for (const error of [
      coded("ECONNRESET"),
      new SyntaxError("JSON"),
      new ModelStreamError("broken", "x"),
      new Error("Received empty response from chat model call."),
      new Error("Did not receive done or success response in stream."),
    ]) {
      expect([error.message, failureKind(error), brokeOff(error)]).toEqual([error.message, "broken", true]);
    }
  });

  test("follows from what is reported within an answer", () => {
    const anthropic = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    expect(reportedError(reported(anthropic))).toBe("overloaded_error: Overloaded");
    expect(failureKind(reported(anthropic))).toBe("overloaded");
    expect(failureKind(reported({ type: "rate_limit_error", message: "slow" }))).toBe("rate-limit");
    expect(failureKind(reported({ type: "api_error", message: "Internal server error" }))).toBe("server");
    expect(failureKind(reported({ type: "invalid_request_error", message: "bad" }))).toBe("other");
    expect(failureKind(new ModelStreamError("error", "insufficient_quota: pay"))).toBe("quota");
  });

  test("is unknown for other errors", () => {
    expect(failureKind(new TypeError("undefined is not a function"))).toBe("other");
    expect(failureKind("text")).toBe("other");
  });
});
