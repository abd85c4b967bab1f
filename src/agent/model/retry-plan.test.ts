import { describe, expect, test } from "bun:test";
import { RetryPlan } from "./retry-plan.ts";

const http = (status: number, headers: Record<string, string> = {}, text = "") =>
  Object.assign(new Error(text), { status, headers: new Headers(headers) });
const limits = (minutes = 10, hasFallback = false) => ({
  deadline: Date.now() + minutes * 60_000,
  hasFallback,
  patienceMs: 10_000,
});

describe("after a failed call of a model", () => {
  test("a busy provider is waited for as long as there is time, with growing waits", () => {
    const plan = new RetryPlan();
    const waits = Array.from({ length: 12 }, () => plan.next(http(529), limits()));
    expect(waits.every((step) => step.do === "wait" && step.ms <= 30_000)).toBe(true);
    expect(waits.at(-1)).toMatchObject({ do: "wait", ms: expect.any(Number) });
    expect(plan.next(http(529), limits(0))).toMatchObject({ do: "give-up" });
  });

  test("a busy provider's advice is followed, and a little more", () => {
    const step = new RetryPlan().next(http(429, { "retry-after": "300" }), limits());
    expect(step.do === "wait" && step.ms >= 300_000 && step.ms <= 302_000).toBe(true);
  });

  test("an advice that does not fit into the execution's time ends the call, or lets the fallback take over", () => {
    const error = http(429, { "retry-after": "3600" });
    expect(new RetryPlan().next(error, limits())).toMatchObject({ do: "give-up", needsMs: expect.any(Number) });
    expect(new RetryPlan().next(error, limits(10, true))).toEqual({ do: "fall-back" });
  });

  test("with a fallback, a busy provider is waited for only as long as the patience lasts", () => {
    expect(new RetryPlan().next(http(529, { "retry-after": "5" }), limits(10, true))).toMatchObject({ do: "wait" });
    expect(new RetryPlan().next(http(529, { "retry-after": "11" }), limits(10, true))).toEqual({ do: "fall-back" });
  });

  test("other errors that may pass are tried 3 more times", () => {
    for (const error of [http(502), Object.assign(new Error("x"), { code: "ECONNREFUSED" }), new SyntaxError("JSON")]) {
      const plan = new RetryPlan();
      const steps = Array.from({ length: 4 }, () => plan.next(error, limits()).do);
      expect(steps).toEqual(["wait", "wait", "wait", "give-up"]);
    }
    const plan = new RetryPlan();
    const advised = Array.from({ length: 4 }, () => plan.next(http(500, { "retry-after": "0" }), limits()).do);
    expect(advised).toEqual(["wait", "wait", "wait", "give-up"]);
  });

  test("the fallback takes over for a model that is not available, and not for a wrong request", () => {
    const stepAfter = (error: unknown) => new RetryPlan().next(error, limits(10, true)).do;
    expect([stepAfter(http(404)), stepAfter(http(429, {}, "insufficient_quota"))]).toEqual(["fall-back", "fall-back"]);
    const always = new RetryPlan();
    const broken = Array.from({ length: 4 }, () => always.next(new SyntaxError("JSON"), limits(10, true)).do);
    expect(broken).toEqual(["wait", "wait", "wait", "fall-back"]);
    expect([stepAfter(http(400)), stepAfter(http(401)), stepAfter(new TypeError("x"))]).toEqual([
      "give-up",
      "give-up",
      "give-up",
    ]);
  });
});
