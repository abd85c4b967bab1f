import { describe, expect, test } from "bun:test";
import { DaytonaConnectionError, DaytonaError, DaytonaTimeoutError } from "@daytonaio/sdk";
import { explainDaytona, retryAfterMs } from "./daytona-error.ts";

function refused(status: number, message = "no", headers: Record<string, string> = {}) {
  return explainDaytona("create a sandbox", Object.assign(new DaytonaError(message, status), { headers }));
}

describe("an error of Daytona", () => {
  test.each([
    [400, "no", "rejected"],
    [400, "Total memory quota exceeded", "quota"],
    [401, "no", "unauthorized"],
    [402, "no", "quota"],
    [403, "no", "unauthorized"],
    [403, "Organization is suspended", "quota"],
    [404, "no", "not-found"],
    [408, "no", "timeout"],
    [409, "no", "rejected"],
    [410, "no", "not-found"],
    [429, "limit", "rate-limit"],
    [500, "no", "server"],
    [504, "no", "timeout"],
  ])("%i %s is %s", (status, message, reason) => {
    const failure = refused(status, message);
    expect(failure.reason).toBe(reason as typeof failure.reason);
    expect(failure.message).toStartWith(`Daytona could not create a sandbox: ${message} (HTTP ${status}).`);
    expect(failure.remedies).toEqual([expect.stringMatching(/^[A-Z].*\.$/)]);
  });

  test("is transient if the same request may succeed later", () => {
    for (const status of [408, 429, 500, 502, 503, 504]) expect(refused(status).isTransient).toBe(true);
    for (const status of [400, 401, 402, 403, 404]) expect(refused(status).isTransient).toBe(false);
  });

  test("without an answer is classified by its type", () => {
    const explain = (error: unknown) => explainDaytona("look", error);
    expect(explain(new DaytonaTimeoutError("too slow")).reason).toBe("timeout");
    expect(explain(new DaytonaConnectionError("ECONNREFUSED")).reason).toBe("unreachable");
    expect(explain(new Error("a defect")).message).toStartWith("Daytona could not look: a defect.");
    expect(explain("text").reason).toBe("failed");
  });

  test("is explained only once", () => {
    const failure = refused(500);
    expect(explainDaytona("do something else", failure)).toBe(failure);
  });

  test("may say when the next request is accepted", () => {
    expect(retryAfterMs(refused(429, "no", { "retry-after": "3" }))).toBe(3_000);
    for (const value of ["", "0", "-1", "soon"])
      expect(retryAfterMs(refused(429, "no", { "retry-after": value }))).toBeUndefined();
    expect(retryAfterMs(refused(429))).toBeUndefined();
    expect(retryAfterMs(new Error("another"))).toBeUndefined();
  });
});
