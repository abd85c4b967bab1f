import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { type TestAuthority, type TestCertificate, testAuthority } from "../../../test/support/certificates.ts";
import { belongTogether, certificateProblem, pemText, privateKeyProblem } from "./pem.ts";

let authority: TestAuthority;
let one: TestCertificate;
let other: TestCertificate;
beforeAll(async () => {
  authority = await testAuthority();
  one = await authority.issue("one");
  other = await authority.issue("other");
});
afterAll(() => authority[Symbol.asyncDispose]());

describe("a certificate", () => {
  test("may be one or several, with other text between them", () => {
    expect(certificateProblem(one.cert)).toBeUndefined();
    expect(certificateProblem(`# ours\n${one.cert}\n# and its CA\n${authority.ca}\n`)).toBeUndefined();
  });

  test("may not be another text", () => {
    for (const text of ["", "a certificate", one.key])
      expect(certificateProblem(text)).toContain("no certificate in PEM");
  });

  test("may not be damaged, not even one of several", () => {
    const broken = one.cert.replace(/\n[A-Za-z0-9+/]{20}/, "\nAAAA");
    expect(certificateProblem(broken)).toBe("contains a certificate that cannot be read");
    expect(certificateProblem(`${one.cert}\n${broken}`)).toBe("contains a certificate that cannot be read");
  });
});

describe("a private key", () => {
  test("may be in any common form", () => {
    expect(privateKeyProblem(one.key)).toBeUndefined();
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    for (const type of ["pkcs1", "pkcs8"] as const) {
      expect(privateKeyProblem(privateKey.export({ type, format: "pem" }).toString())).toBeUndefined();
    }
  });

  test("may not be another text, or damaged", () => {
    expect(privateKeyProblem(one.cert)).toContain("no private key in PEM");
    const broken = one.key.replace(/\n[A-Za-z0-9+/]{20}/, "\nAAAA");
    expect(privateKeyProblem(broken)).toBe("contains a private key that cannot be read");
  });

  test("must not be encrypted, because a service cannot ask for the password", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const options = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" } as const;
    expect(privateKeyProblem(privateKey.export(options).toString())).toContain("encrypted");
  });
});

test("a private key belongs to its certificate only", () => {
  expect(belongTogether(one.cert, one.key)).toBe(true);
  expect(belongTogether(one.cert, other.key)).toBe(false);
});

test("the PEM text is the given one, or the file's", () => {
  expect(pemText(one.certFile, undefined)).toBe(one.cert);
  expect(pemText(undefined, one.cert)).toBe(one.cert);
  expect(pemText(undefined, undefined)).toBeUndefined();
});
