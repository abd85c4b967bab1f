import { expect, test } from "bun:test";
import { NO_USAGE, shortUsageText, usageText } from "./token-usage.ts";

test("usage is told in whole numbers, and in short form", () => {
  const usage = { modelCalls: 4, inputTokens: 12_345, cachedInputTokens: 10_000, outputTokens: 678 };
  expect(usageText(usage)).toBe("4 model calls, 12,345 input tokens (10,000 cached), 678 output tokens");
  expect(shortUsageText(usage)).toBe("4 model calls, 12.3K tokens in (10K cached), 678 out");
  expect(usageText({ ...NO_USAGE, modelCalls: 1 })).toBe("1 model call, tokens not reported");
});
