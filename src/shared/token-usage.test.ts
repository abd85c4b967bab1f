import { expect, test } from "bun:test";
import { NO_USAGE, ofOneCall, shortUsageText, sumOf, usageText, without } from "./token-usage.ts";

test("usage is told in whole numbers, and in short form", () => {
  const usage = {
    modelCalls: 4,
    unreportedCalls: 0,
    inputTokens: 12_345,
    cachedInputTokens: 10_000,
    outputTokens: 678,
  };
  expect(usageText(usage)).toBe("4 model calls, 12,345 input tokens (10,000 cached), 678 output tokens");
  expect(shortUsageText(usage)).toBe("4 model calls, 12.3K tokens in (10K cached), 678 out");
});

test("tokens are left out if no provider reports them, and incomplete if some do not", () => {
  const counted = { inputTokens: 1_200, cachedInputTokens: 0, outputTokens: 30 };
  const uncounted = sumOf([ofOneCall(undefined), ofOneCall(undefined)]);
  expect([usageText(uncounted), shortUsageText(uncounted)]).toEqual(
    Array(2).fill("2 model calls, tokens not reported"),
  );
  const both = sumOf([uncounted, ofOneCall(counted)]);
  expect(usageText(both)).toBe("3 model calls (2 without reported tokens), 1,200 input tokens, 30 output tokens");
  expect(without(both, uncounted)).toEqual(ofOneCall(counted));
  expect(without(uncounted, both)).toEqual(NO_USAGE);
});
