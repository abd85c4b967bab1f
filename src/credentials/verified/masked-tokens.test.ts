import { expect, test } from "bun:test";
import { MASK } from "../../shared/mask.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import { MaskedTokens } from "./masked-tokens.ts";

test("the most recent tokens are masked, however many there were", () => {
  const mask = new SecretMask();
  const masked = new MaskedTokens(mask);
  const tokens = Array.from({ length: 30 }, (_, index) => `token-number-${index}-end`);
  for (const token of tokens) {
    masked.add(token);
    expect(mask.mask(token)).toBe(MASK);
    masked.add(tokens[0] ?? "");
  }
  expect(mask.mask(tokens[0] ?? "")).toBe(MASK);
  expect(mask.mask(tokens[28] ?? "")).toBe(MASK);
  expect(mask.mask(tokens[1] ?? "")).toBe("token-number-1-end");
});
