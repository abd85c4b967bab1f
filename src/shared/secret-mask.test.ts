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
