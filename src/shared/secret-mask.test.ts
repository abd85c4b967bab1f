import { describe, expect, test } from "bun:test";
import { MASK } from "./mask.ts";
import { SecretMask } from "./secret-mask.ts";

function maskOf(...secrets: string[]): SecretMask {
  const mask = new SecretMask();
  mask.add(secrets);
  return mask;
}

describe("SecretMask", () => {
  test("replaces every occurrence of a secret", () => {
    expect(maskOf("hunter22").mask("hunter22, then hunter22 again")).toBe(`${MASK}, then ${MASK} again`);
  });

  test("does not change text without secrets", () => {
    expect(maskOf("hunter22").mask("hunter 22")).toBe("hunter 22");
  });

  test("replaces a secret escaped in JSON", () => {
    const secret = 'pa"ss\\word\ttab';
    expect(maskOf(secret).mask(JSON.stringify({ key: secret }))).toBe(`{"key":"${MASK}"}`);
  });

  test("replaces a secret escaped in JSON whose next letters are hexadecimal digits", () => {
    const secret = "Ładedbeefcafe-and-more";
    expect(maskOf(secret).mask('{"key":"\\u0141adedbeefcafe-and-more"}')).toBe(`{"key":"${MASK}"}`);
  });

  test("replaces a secret escaped in a URL", () => {
    const secret = "a b&c=d/é";
    expect(maskOf(secret).mask(`https://example.org/?token=${encodeURIComponent(secret)}&x=1`)).toBe(
      `https://example.org/?token=${MASK}&x=1`,
    );
  });

  test("replaces a secret in base64", () => {
    expect(maskOf("hunter22").mask(`Basic ${btoa("hunter22")}`)).not.toContain(btoa("hunter22").replace(/=+$/, ""));
  });

  test("replaces base64 of a longer text that starts with the secret", () => {
    const secret = "twelve-bytes";
    expect(maskOf(secret).mask(btoa(`${secret}:more`))).toBe(`${MASK}${btoa(":more")}`);
  });

  test("finds a secret in a text that is shorter than the secret, without its quotes", () => {
    expect(maskOf('"日本語日本語日本語"').mask("日本語日本語日本語")).toBe(MASK);
    expect(maskOf('"first-second"').mask("first-second")).toBe(MASK);
  });

  test("ignores secrets that are too short", () => {
    expect(maskOf("on", "1", "abc").mask("on 1 abc")).toBe("on 1 abc");
  });

  test("masks a secret of four characters, the minimum", () => {
    expect(maskOf("abcd").mask("abcd")).toBe(MASK);
  });

  test("ignores white space around a secret's value", () => {
    expect(maskOf("  hunter22\n").mask("x=hunter22;")).toBe(`x=${MASK};`);
  });

  test("replaces a secret that contains another one as a whole", () => {
    expect(maskOf("inner", "outer-inner-outer").mask("outer-inner-outer")).toBe(MASK);
  });

  test("masks the long lines of a multi-line secret, such as a private key", () => {
    const line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
    const mask = maskOf(`-----BEGIN PRIVATE KEY-----\n${line}\n-----END PRIVATE KEY-----`);
    expect(mask.mask(`grep found: ${line}`)).toBe(`grep found: ${MASK}`);
  });

  test("replaces secrets of its parent, including later ones", () => {
    const parent = new SecretMask();
    const mask = new SecretMask(parent);
    mask.add(["own-secret"]);
    parent.add(["parents-secret"]);
    expect(mask.mask("own-secret parents-secret")).toBe(`${MASK} ${MASK}`);
    expect(parent.mask("own-secret")).toBe("own-secret");
  });

  test("no longer masks removed secrets", () => {
    const mask = new SecretMask();
    const takeOut = mask.add(["hunter22"]);
    expect(mask.mask("hunter22")).toBe(MASK);
    takeOut();
    expect(mask.mask("hunter22")).toBe("hunter22");
  });

  test("still masks a secret that was added twice and removed once", () => {
    const mask = new SecretMask();
    const takeOut = mask.add(["hunter22"]);
    mask.add(["hunter22"]);
    takeOut();
    expect(mask.mask("hunter22")).toBe(MASK);
  });

  test("removes a secret that was given twice in one call", () => {
    const mask = new SecretMask();
    mask.add(["hunter22", "hunter22"])();
    expect(mask.mask("hunter22")).toBe("hunter22");
  });
});

describe("masking of a long text again", () => {
  const long = (text: string) => `${"word ".repeat(100)}${text}`;

  test("has the same result, until the secrets change", () => {
    const parent = new SecretMask();
    const mask = new SecretMask(parent);
    mask.add(["hunter22"]);
    const text = long("hunter22 swordfish");
    for (let time = 0; time < 2; time++) expect(mask.mask(text)).toBe(long(`${MASK} swordfish`));
    const remove = parent.add(["swordfish"]);
    for (let time = 0; time < 2; time++) expect(mask.mask(text)).toBe(long(`${MASK} ${MASK}`));
    remove();
    expect(mask.mask(text)).toBe(long(`${MASK} swordfish`));
  });

  test("works for more texts than are remembered", () => {
    const mask = maskOf("hunter22");
    for (let time = 0; time < 2; time++) {
      for (let index = 0; index < 2_000; index++)
        expect(mask.mask(long(`hunter22 ${index}`))).toBe(long(`${MASK} ${index}`));
    }
  });
});

describe("masking of a number", () => {
  const mask = maskOf("83746251");

  test.each([83_746_251, -83_746_251, 83_746_251.5, 1_837_462_519])(
    "replaces %d, which contains a secret",
    (number) => {
      expect(mask.maskNumber(number)).toBe(MASK);
    },
  );

  test.each([0, 83, 8_374_625, 1e21, Number.NaN])("keeps %d, which contains none", (number) => {
    expect(mask.maskNumber(number)).toBe(number);
  });
});

describe("masking of growing text", () => {
  test("withholds an end that may be the start of a secret", () => {
    const mask = maskOf("hunter22");
    expect(mask.maskGrowing("the password is hunt")).toBe("the password is ");
    expect(mask.maskGrowing("the password is hunter22")).toBe(`the password is ${MASK}`);
  });

  test("shows a withheld end when it turns out to be something else", () => {
    expect(maskOf("hunter22").maskGrowing("we hunted")).toBe("we hunted");
  });

  test("never shows a part of a secret, for any split of the text", () => {
    // Its start repeats inside of it: what looks like the start may be the middle.
    const secret = "abcabcabd";
    const mask = maskOf(secret);
    const whole = `see ${secret} and abc`;
    for (let length = 0; length <= whole.length; length++) {
      expect(`see ${MASK} and abc`).toStartWith(mask.maskGrowing(whole.slice(0, length)));
    }
  });
});

test("the version changes with the secrets of the mask and of its parent", () => {
  const parent = new SecretMask();
  const mask = new SecretMask(parent);
  const versions = [mask.version];
  const remove = parent.add(["hunter22"]);
  versions.push(mask.version);
  remove();
  versions.push(mask.version);
  expect(new Set(versions).size).toBe(3);
});

describe("masking of cut text", () => {
  const note = "\n\n[… 4711 characters cut. All of it is in /x/y.txt: read the part you need. …]\n\n";
  const mask = maskOf("first-secret-of-some-length");

  test("masks the parts of a secret around a cut note", () => {
    expect(mask.mask(`password: first-secret-of${note}some-length and more`)).toBe(
      `password: ${MASK}${note}${MASK} and more`,
    );
    const base64 = btoa("first-secret-of-some-length");
    expect(mask.mask(`x ${base64.slice(0, 20)}${note}${base64.slice(20)} y`)).not.toMatch(/[A-Za-z0-9]{12}/);
  });

  test("changes nothing if no secret was split", () => {
    const text = `it is the first of${note}all lines`;
    expect(mask.mask(text)).toBe(text);
  });

  test("handles any number of notes", () => {
    const text = note.repeat(200);
    expect(mask.mask(text)).toBe(text);
  });
});

test("the time of each search is reported, also of masks that have the measured one as parent", () => {
  const parent = new SecretMask();
  const mask = new SecretMask(parent);
  mask.add(["hunter22-hunter22"]);
  const times: number[] = [];
  parent.measureWith((milliseconds) => void times.push(milliseconds));
  expect(mask.mask("the password is hunter22-hunter22")).not.toContain("hunter22");
  expect(times).toHaveLength(1);
  expect(times[0]).toBeGreaterThanOrEqual(0);
});
