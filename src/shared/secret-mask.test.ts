import { describe, expect, test } from "bun:test";
import { MASK, SecretMask } from "./secret-mask.ts";

function maskOf(...secrets: string[]): SecretMask {
  const mask = new SecretMask();
  mask.add(secrets);
  return mask;
}

describe("a secret mask", () => {
  test("replaces every occurrence of a secret", () => {
    expect(maskOf("hunter22").mask("hunter22, then hunter22 again")).toBe(`${MASK}, then ${MASK} again`);
  });

  test("leaves text without secrets as it is", () => {
    expect(maskOf("hunter22").mask("hunter 22")).toBe("hunter 22");
  });

  test("replaces a secret as it looks inside JSON", () => {
    const secret = 'pa"ss\\word\ttab';
    expect(maskOf(secret).mask(JSON.stringify({ key: secret }))).toBe(`{"key":"${MASK}"}`);
  });

  test("replaces a secret as it looks in a URL", () => {
    const secret = "a b&c=d/é";
    expect(maskOf(secret).mask(`https://example.org/?token=${encodeURIComponent(secret)}&x=1`)).toBe(
      `https://example.org/?token=${MASK}&x=1`,
    );
  });

  test("replaces a secret in base64", () => {
    expect(maskOf("hunter22").mask(`Basic ${btoa("hunter22")}`)).not.toContain(btoa("hunter22").replace(/=+$/, ""));
  });

  test("finds base64 of a longer text that starts with the secret", () => {
    const secret = "twelve-bytes";
    expect(maskOf(secret).mask(btoa(`${secret}:more`))).toBe(`${MASK}${btoa(":more")}`);
  });

  test("ignores secrets that are too short to be told from other text", () => {
    expect(maskOf("on", "1", "abc").mask("on 1 abc")).toBe("on 1 abc");
  });

  test("masks a secret of four characters, the shortest that counts", () => {
    expect(maskOf("abcd").mask("abcd")).toBe(MASK);
  });

  test("takes white space around a secret for a slip of the hand", () => {
    expect(maskOf("  hunter22\n").mask("x=hunter22;")).toBe(`x=${MASK};`);
  });

  test("replaces a secret that contains another one whole", () => {
    expect(maskOf("inner", "outer-inner-outer").mask("outer-inner-outer")).toBe(MASK);
  });

  test("finds the long lines of a secret of several lines, such as a private key", () => {
    const line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
    const mask = maskOf(`-----BEGIN PRIVATE KEY-----\n${line}\n-----END PRIVATE KEY-----`);
    expect(mask.mask(`grep found: ${line}`)).toBe(`grep found: ${MASK}`);
  });

  test("replaces the secrets of its parent too, also those that come later", () => {
    const parent = new SecretMask();
    const mask = new SecretMask(parent);
    mask.add(["own-secret"]);
    parent.add(["parents-secret"]);
    expect(mask.mask("own-secret parents-secret")).toBe(`${MASK} ${MASK}`);
    expect(parent.mask("own-secret")).toBe("own-secret");
  });

  test("forgets secrets that are taken out again", () => {
    const mask = new SecretMask();
    const takeOut = mask.add(["hunter22"]);
    expect(mask.mask("hunter22")).toBe(MASK);
    takeOut();
    expect(mask.mask("hunter22")).toBe("hunter22");
  });

  test("goes on masking a secret that two have added when only one takes it out", () => {
    const mask = new SecretMask();
    const takeOut = mask.add(["hunter22"]);
    mask.add(["hunter22"]);
    takeOut();
    expect(mask.mask("hunter22")).toBe(MASK);
  });

  test("takes a secret that was given twice at once out completely", () => {
    const mask = new SecretMask();
    mask.add(["hunter22", "hunter22"])();
    expect(mask.mask("hunter22")).toBe("hunter22");
  });
});

describe("a text that still grows", () => {
  test("holds back an end that may be the start of a secret", () => {
    const mask = maskOf("hunter22");
    expect(mask.maskGrowing("the password is hunt")).toBe("the password is ");
    expect(mask.maskGrowing("the password is hunter22")).toBe(`the password is ${MASK}`);
  });

  test("shows a held end when it turns out to be something else", () => {
    expect(maskOf("hunter22").maskGrowing("we hunted")).toBe("we hunted");
  });

  test("never shows a part of a secret, however the text is cut into pieces", () => {
    // Its start repeats inside of it: what looks like the start may be the middle.
    const secret = "abcabcabd";
    const mask = maskOf(secret);
    const whole = `see ${secret} and abc`;
    for (let length = 0; length <= whole.length; length++) {
      expect(`see ${MASK} and abc`).toStartWith(mask.maskGrowing(whole.slice(0, length)));
    }
  });
});

test("a secret that holds what looks like an escape is found between the colours of a terminal", () => {
  const mask = new SecretMask();
  mask.add(["x1y5%41YCtwy"]);
  const red = (text: string) => `\u001b[01;31m\u001b[K${text}\u001b[m\u001b[K`;
  expect(mask.mask(["x1y", "5%4", "1YC", "twy"].map(red).join(""))).not.toContain("5%4");
});

test("a secret that holds what looks like an escape is found where it is escaped as a whole, and in dumps", () => {
  const secret = "x3k$WLq%BfCy";
  const mask = new SecretMask();
  mask.add([secret]);
  const entities = [...secret].map((character) => `&#${character.charCodeAt(0)};`).join("");
  expect(mask.mask(entities)).toBe("***");
  const dump = [...secret].map((character) => `   ${character}`).join("");
  expect(mask.mask(`0000000${dump}\n000000c\n`)).not.toContain("W");
});

test("a secret is found in base64 wherever it stands among other bytes", () => {
  const mask = maskOf("secret-of-12");
  for (const text of ["secret-of-12", "secret-of-12more", "u:secret-of-12", "us:secret-of-12!", "usr:secret-of-12??"]) {
    expect(mask.mask(`Basic ${btoa(text)}`)).toContain(MASK);
  }
  expect(mask.mask(btoa("something else entirely"))).not.toContain(MASK);
});

test("a mask tells that its secrets, or those of its parent, have changed", () => {
  const parent = new SecretMask();
  const mask = new SecretMask(parent);
  const versions = [mask.version];
  const remove = parent.add(["hunter22"]);
  versions.push(mask.version);
  remove();
  versions.push(mask.version);
  expect(new Set(versions).size).toBe(3);
});

describe("a text that was cut", () => {
  const note = "\n\n[… 4711 characters cut. All of it is in /x/y.txt: read the part you need. …]\n\n";
  const mask = maskOf("first-secret-of-some-length");

  test("shows neither the start of a secret before the note nor its end behind it", () => {
    expect(mask.mask(`password: first-secret-of${note}some-length and more`)).toBe(
      `password: ${MASK}${note}${MASK} and more`,
    );
    const base64 = btoa("first-secret-of-some-length");
    expect(mask.mask(`x ${base64.slice(0, 20)}${note}${base64.slice(20)} y`)).not.toMatch(/[A-Za-z0-9]{12}/);
  });

  test("is left as it is where nothing was cut in two", () => {
    const text = `it is the first of${note}all lines`;
    expect(mask.mask(text)).toBe(text);
  });

  test("may have any number of notes", () => {
    const text = note.repeat(200);
    expect(mask.mask(text)).toBe(text);
  });
});

describe("a short secret", () => {
  test("is found as it stands only, or much of any text would be masked", () => {
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

  test("are all found, in whatever spelling", () => {
    for (const secret of secrets) {
      const hex = Buffer.from(secret).toString("hex");
      const text = `a ${secret} b ${btoa(secret)} c ${hex.match(/.{1,4}/g)?.join(" ")} d ${secret.match(/.{1,7}/g)?.join("\n")} e`;
      expect(mask.mask(text)).toMatch(/^a \*{3} b \*{3}[A-Za-z0-9]?=* c \*{3} d \*{3} e$/);
    }
  });

  test("change nothing in a text that holds none of them", () => {
    const text = `${Bun.inspect(process.versions)}\n${Array.from({ length: 3_000 }, () => random(60)).join("\n")}`;
    expect(mask.mask(text)).toBe(text);
  });

  test("take no longer for texts that look like them again and again", () => {
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
