import { describe, test } from "bun:test";
import fc from "fast-check";
import {
  ENCODINGS,
  leaks,
  longSecret,
  ordinaryText,
  shortSecret,
  someSecrets,
  surroundings,
} from "../../../test/support/generated-secrets.ts";
import { SecretMask } from "../secret-mask.ts";

/** Cases of each property: the same in every run, unless MASK_TEST_SEED says another number. */
const RUNS = { numRuns: Number(process.env["MASK_TEST_RUNS"] ?? 60), seed: Number(process.env["MASK_TEST_SEED"] ?? 1) };

function maskOf(secrets: readonly string[]): SecretMask {
  const mask = new SecretMask();
  mask.add(secrets);
  return mask;
}

/** Fails with what can be read. */
function requireNoLeak(secrets: readonly string[], text: string, around: string): void {
  // What the text says beside the secrets may be a part of one by chance.
  const found = secrets.flatMap((secret) => leaks(secret, text)).filter((leak) => !around.includes(leak));
  if (found.length > 0) throw new Error(`${JSON.stringify(found[0])} can be read in ${JSON.stringify(text)}`);
}

describe("a generated secret cannot be read", () => {
  test.each(Object.entries(ENCODINGS))("in %s", (_, encode) => {
    fc.assert(
      fc.property(someSecrets, fc.nat(), surroundings, surroundings, (secrets, choice, before, after) => {
        const secret = secrets[choice % secrets.length] ?? "";
        const masked = maskOf(secrets).mask(`${before}${encode(secret)}\n${after}`);
        requireNoLeak([secret], masked, before + after);
      }),
      RUNS,
    );
  });

  test.each(Object.entries(ENCODINGS))("in %s that grows", (_, encode) => {
    fc.assert(
      fc.property(
        someSecrets,
        fc.nat(),
        surroundings,
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (secrets, choice, before, sizes) => {
          const secret = secrets[choice % secrets.length] ?? "";
          const mask = maskOf(secrets);
          const text = `${before}${encode(secret)}\n and more`;
          let length = before.length;
          for (const size of sizes) {
            length += size;
            requireNoLeak([secret], mask.maskGrowing(text.slice(0, length)), before);
            if (length >= text.length) break;
          }
        },
      ),
      // Each case masks many lengths of its text.
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 4) },
    );
  });

  test("if several of them follow each other", () => {
    fc.assert(
      fc.property(someSecrets, fc.constantFrom("", " ", "\n", ":", '","', "&"), (secrets, between) => {
        requireNoLeak(secrets, maskOf(secrets).mask(secrets.join(between)), "");
      }),
      RUNS,
    );
  });

  test("if it is short, as it is", () => {
    fc.assert(
      fc.property(shortSecret, surroundings, surroundings, (secret, before, after) => {
        const masked = maskOf([secret]).mask(`${before}${secret}${after}`);
        const rest = `${before}\u0000${after}`;
        if (masked.includes(secret.trim()) && !rest.includes(secret.trim())) throw new Error(masked);
      }),
      RUNS,
    );
  });
});

describe("text without a secret", () => {
  test("stays whole", () => {
    fc.assert(
      fc.property(fc.array(longSecret, { minLength: 1, maxLength: 20 }), ordinaryText, (secrets, text) => {
        const masked = maskOf(secrets).mask(text);
        if (masked !== text) throw new Error(`${JSON.stringify(text)} became ${JSON.stringify(masked)}`);
      }),
      { ...RUNS, numRuns: 10 * RUNS.numRuns },
    );
  });

  test("stays whole around a secret", () => {
    fc.assert(
      fc.property(longSecret, ordinaryText, ordinaryText, (secret, before, after) => {
        const masked = maskOf([secret]).mask(`${before}\n§${secret}§\n${after}`);
        const expected = `${before}\n§***§\n${after}`;
        if (masked !== expected) throw new Error(`${JSON.stringify(expected)} became ${JSON.stringify(masked)}`);
      }),
      { ...RUNS, numRuns: 3 * RUNS.numRuns },
    );
  });

  test("is shown to its end once it has ended", () => {
    fc.assert(
      fc.property(longSecret, ordinaryText, fc.nat(), (secret, text, cut) => {
        const mask = maskOf([secret]);
        const shown = mask.maskGrowing(text.slice(0, cut % (text.length + 1)));
        if (!text.startsWith(shown)) throw new Error(`${JSON.stringify(shown)} is no beginning of the text`);
      }),
      RUNS,
    );
  });
});
