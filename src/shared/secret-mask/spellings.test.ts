import { describe, expect, test } from "bun:test";
import { MASK } from "../mask.ts";
import { SecretMask } from "../secret-mask.ts";

function maskOf(...secrets: string[]): SecretMask {
  const mask = new SecretMask();
  mask.add(secrets);
  return mask;
}

test("a secret that looks like an escape is found between terminal colors", () => {
  const mask = new SecretMask();
  mask.add(["x1y5%41YCtwy"]);
  const red = (text: string) => `\u001b[01;31m\u001b[K${text}\u001b[m\u001b[K`;
  expect(mask.mask(["x1y", "5%4", "1YC", "twy"].map(red).join(""))).not.toContain("5%4");
});

test("a secret that looks like an escape is found escaped and in dumps", () => {
  const secret = "x3k$WLq%BfCy";
  const mask = new SecretMask();
  mask.add([secret]);
  const entities = [...secret].map((character) => `&#${character.charCodeAt(0)};`).join("");
  expect(mask.mask(entities)).toBe("***");
  const dump = [...secret].map((character) => `   ${character}`).join("");
  expect(mask.mask(`0000000${dump}\n000000c\n`)).not.toContain("W");
});

test("a secret is found in base64 at any offset", () => {
  const mask = maskOf("secret-of-12");
  for (const text of ["secret-of-12", "secret-of-12more", "u:secret-of-12", "us:secret-of-12!", "usr:secret-of-12??"]) {
    expect(mask.mask(`Basic ${btoa(text)}`)).toContain(MASK);
  }
  expect(mask.mask(btoa("something else entirely"))).not.toContain(MASK);
});

describe("short secret", () => {
  test("is found verbatim only", () => {
    const mask = maskOf("able", "test1234");
    for (const text of ["a blend", "61 62 6c 65", "YWJsZQ==", "te st 12 34", "test 1234", "a b l e"])
      expect(mask.mask(text)).toBe(text);
    expect(mask.mask("able, test1234, te\nst12\n34")).toBe(`${MASK}, ${MASK}, ${MASK}`);
  });
});

describe("many secrets", () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const random = (length: number) =>
    Array.from({ length }, () => letters.charAt(Math.floor(Math.random() * letters.length))).join("");
  const secrets = Array.from({ length: 60 }, () => random(16 + Math.floor(Math.random() * 500)));
  const mask = maskOf(...secrets);

  test("are all found, in any form", () => {
    for (const secret of secrets) {
      const hex = Buffer.from(secret).toString("hex");
      const text = `a ${secret} b ${btoa(secret)} c ${hex.match(/.{1,4}/g)?.join(" ")} d ${secret.match(/.{1,7}/g)?.join("\n")} e`;
      expect(mask.mask(text)).toMatch(/^a \*{3} b \*{3}[A-Za-z0-9]?=* c \*{3} d \*{3} e$/);
    }
  });

  test("change nothing in a text without them", () => {
    const text = `${Bun.inspect(process.versions)}\n${Array.from({ length: 3_000 }, () => random(60)).join("\n")}`;
    expect(mask.mask(text)).toBe(text);
  });

  test("need linear time for texts that resemble them repeatedly", () => {
    const repeated = "a".repeat(3_000);
    const hostile = maskOf(`${repeated}b${repeated}`, ...secrets);
    const units = [
      "a",
      "\\",
      "%25",
      "&amp;",
      "\\n",
      " ",
      "\u001b[",
      "0 ",
      "00000000: 6161 ",
      "\\u00",
      "&#",
      '"',
      "[… 1 ",
    ];
    // Each takes some milliseconds; with time that grows with the square of the length it would be minutes.
    for (const unit of units) {
      const text = unit.repeat(1_000_000 / unit.length);
      expect(hostile.mask(text).length).toBeGreaterThan(0);
      expect(hostile.maskGrowing(text).length).toBeGreaterThanOrEqual(0);
    }
  });
});
