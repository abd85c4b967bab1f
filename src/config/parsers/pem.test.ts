import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { twoCertificates } from "../../../test/support/two-certificates.ts";
import { belongTogether, certificateProblem, pemText, privateKeyProblem } from "./pem.ts";

const issued = twoCertificates();

describe("a certificate", () => {
  test("may be one or several, with other text between them", () => {
    expect(certificateProblem(issued.one.cert)).toBeUndefined();
    expect(certificateProblem(`# ours\n${issued.one.cert}\n# and its CA\n${issued.authority.ca}\n`)).toBeUndefined();
  });

  test("may not be another text", () => {
    for (const text of ["", "a certificate", issued.one.key])
      expect(certificateProblem(text)).toContain("no certificate in PEM");
  });

  test("may not be damaged, not even one of several", () => {
    const broken = issued.one.cert.replace(/\n[A-Za-z0-9+/]{20}/, "\nAAAA");
    expect(certificateProblem(broken)).toBe("contains a certificate that cannot be read");
    expect(certificateProblem(`${issued.one.cert}\n${broken}`)).toBe("contains a certificate that cannot be read");
  });
});

describe("a private key", () => {
  test("may be in any common form", () => {
    expect(privateKeyProblem(issued.one.key)).toBeUndefined();
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    for (const type of ["pkcs1", "pkcs8"] as const) {
      expect(privateKeyProblem(privateKey.export({ type, format: "pem" }).toString())).toBeUndefined();
    }
  });

  test("may not be another text, or damaged", () => {
    expect(privateKeyProblem(issued.one.cert)).toContain("no private key in PEM");
    const broken = issued.one.key.replace(/\n[A-Za-z0-9+/]{20}/, "\nAAAA");
    expect(privateKeyProblem(broken)).toBe("contains a private key that cannot be read");
  });

  test("must not be encrypted, because a service cannot ask for the password", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const options = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" } as const;
    expect(privateKeyProblem(privateKey.export(options).toString())).toContain("encrypted");
  });
});

test("a private key belongs to its certificate only", () => {
  expect(belongTogether(issued.one.cert, issued.one.key)).toBe(true);
  expect(belongTogether(issued.one.cert, issued.other.key)).toBe(false);
});

test("the PEM text is the given one, or the file's", () => {
  expect(pemText(issued.one.certFile, undefined)).toBe(issued.one.cert);
  expect(pemText(undefined, issued.one.cert)).toBe(issued.one.cert);
  expect(pemText(undefined, undefined)).toBeUndefined();
});
