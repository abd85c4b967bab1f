import { describe, expect, test } from "bun:test";
import { Budget, type Caller } from "./budget.ts";
import { UsageMeter } from "./usage-meter.ts";

const main: Caller = { node: "", purpose: "turn", bytes: () => 1_000 };
const summary: Caller = { node: "", purpose: "summary", bytes: () => 1_000 };
const sub: Caller = { node: "tools:1", purpose: "turn", bytes: () => 1_000 };
const { signal } = new AbortController();

function budgeted(maxModelCalls: number, maxTokens = 0) {
  const usage = new UsageMeter();
  const budget = new Budget({ maxModelCalls, maxTokens }, usage, 100);
  return {
    budget,
    /** Makes a call. @returns whether it was announced as the last one */
    call: async (caller: Caller, input = 80, output = 20) => {
      await using grant = await budget.begin(caller, signal);
      const used = { inputTokens: input, cachedInputTokens: 0, outputTokens: output };
      usage.add(used);
      grant.used(used, "");
      return grant.isLast;
    },
  };
}

describe("a budget of calls", () => {
  test("does not limit anything if it is 0", async () => {
    const { budget, call } = budgeted(0);
    for (let number = 0; number < 50; number++) expect(await call(main)).toBe(false);
    expect(budget.exhausted).toBeUndefined();
  });

  test("announces the last call of the agent", async () => {
    const { budget, call } = budgeted(2);
    expect([await call(main), budget.exhausted]).toEqual([false, undefined]);
    expect([await call(main), budget.exhausted !== undefined]).toEqual([true, true]);
  });

  test("lets a sub-agent's last call be the one before the agent's", async () => {
    const { call } = budgeted(4);
    expect([await call(main), await call(sub), await call(sub)]).toEqual([false, false, true]);
    await expect(call(sub)).rejects.toThrow("MAX_MODEL_CALLS=4");
    expect(await call(main)).toBe(true);
  });

  test("lets the agent conclude after a summary took the last call, one call above the limit", async () => {
    const { call } = budgeted(2);
    expect([await call(main), await call(summary), await call(main)]).toEqual([false, true, true]);
    await expect(call(main)).rejects.toThrow("It used 3 model calls");
  });

  test("refuses a summary if no call is left", async () => {
    const { call } = budgeted(1);
    await call(main);
    await expect(call(summary)).rejects.toThrow("MAX_MODEL_CALLS=1");
  });
});

describe("a budget of tokens", () => {
  test("announces the last call by what the calls before have used", async () => {
    const { budget, call } = budgeted(0, 350);
    expect([await call(main), await call(main)]).toEqual([false, false]);
    expect([await call(main), budget.exhausted]).toEqual([true, undefined]);
    expect([await call(main), budget.exhausted !== undefined]).toEqual([true, true]);
    await expect(call(main)).rejects.toThrow("MAX_TOKENS=350");
  });

  test("lets calls begin together only if all of them fit, whatever they use", async () => {
    // A call uses at most 500 tokens of input and 100 of output.
    const { budget } = budgeted(0, 1_300);
    const [first, second] = [await budget.begin(sub, signal), await budget.begin(sub, signal)];
    let hasThird = false;
    const third = budget.begin(sub, signal).then(() => {
      hasThird = true;
    });
    await Bun.sleep(0);
    expect(hasThird).toBe(false);
    await first[Symbol.asyncDispose]();
    await third;
    await second[Symbol.asyncDispose]();
  });

  test("is kept by estimates if the provider does not say what it used", async () => {
    const { budget } = budgeted(0, 500);
    for (const isExhausted of [false, true]) {
      await using grant = await budget.begin(main, signal);
      grant.used(undefined, "x".repeat(40));
      expect(budget.exhausted !== undefined).toBe(isExhausted);
    }
  });

  test("stops waiting when the execution ends", async () => {
    const { budget } = budgeted(0, 700);
    await budget.begin(sub, signal);
    const ending = new AbortController();
    const waiting = budget.begin(sub, ending.signal);
    ending.abort(new Error("over"));
    await expect(waiting).rejects.toThrow("over");
  });
});
