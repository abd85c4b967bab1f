import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestAuthority, type TestCertificate, testAuthority } from "../../../test/support/certificates.ts";
import { type EnvMap, loadConfig } from "../index.ts";

const load = (env: EnvMap) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });

let authority: TestAuthority;
let one: TestCertificate;
let other: TestCertificate;
beforeAll(async () => {
  authority = await testAuthority();
  one = await authority.issue("one");
  other = await authority.issue("other");
});
afterAll(() => authority[Symbol.asyncDispose]());

for (const [cert, key] of [
  ["TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_KEY_PATH"],
  ["STIGMER_BACKEND_CLIENT_CERT_FILE", "STIGMER_BACKEND_CLIENT_KEY_FILE"],
] as const) {
  describe(`${cert} and ${key}`, () => {
    test("must both be set", () => {
      expect(load({ [cert]: one.certFile, [key]: one.keyFile }).config.mode).toBe("local");
      expect(() => load({ [cert]: one.certFile })).toThrow(`${key} is not set although ${cert} is`);
      expect(() => load({ [key]: one.keyFile })).toThrow(`${cert} is not set although ${key} is`);
    });

    test("must belong together", () => {
      expect(() => load({ [cert]: one.certFile, [key]: other.keyFile })).toThrow(
        `${key} is not the key of the certificate in ${cert}`,
      );
    });

    test("must be a certificate and a key", () => {
      expect(() => load({ [cert]: one.keyFile, [key]: one.keyFile })).toThrow("contains no certificate in PEM");
      expect(() => load({ [cert]: one.certFile, [key]: one.certFile })).toThrow("contains no private key in PEM");
      expect(() => load({ [cert]: `${one.certFile}.no`, [key]: one.keyFile })).toThrow("does not exist");
    });
  });
}

test("a certificate may be text and its key a file, but none may be both", () => {
  const mixed = { TEMPORAL_TLS_CLIENT_CERT_DATA: one.cert, TEMPORAL_TLS_CLIENT_KEY_PATH: one.keyFile };
  expect(load(mixed).config.temporal.tls?.client).toEqual({ cert: { data: one.cert }, key: { path: one.keyFile } });
  expect(() => load({ ...mixed, TEMPORAL_TLS_CLIENT_CERT_PATH: one.certFile })).toThrow(
    "TEMPORAL_TLS_CLIENT_CERT_DATA is set, and TEMPORAL_TLS_CLIENT_CERT_PATH too",
  );
});

test("no problem shows a private key", () => {
  const env = { TEMPORAL_TLS_CLIENT_CERT_DATA: one.cert, TEMPORAL_TLS_CLIENT_KEY_DATA: other.key };
  const secret = other.key.split("\n")[1] ?? "";
  for (const wrong of [env, { ...env, TEMPORAL_TLS_CLIENT_KEY_DATA: other.key.replace("\n", "\n ,") }]) {
    let message = "";
    try {
      load(wrong);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain("TEMPORAL_TLS_CLIENT_KEY_DATA");
    expect(message).not.toContain(secret.slice(0, 20));
  }
});

test("settings that only TLS needs contradict TLS that is switched off", () => {
  expect(() => load({ TEMPORAL_TLS: "false", TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.caFile })).toThrow(
    "TEMPORAL_TLS is false although TEMPORAL_TLS_SERVER_CA_CERT_PATH is set",
  );
  expect(() => load({ STIGMER_BACKEND_TLS: "false", STIGMER_BACKEND_CA_FILE: authority.caFile })).toThrow(
    "STIGMER_BACKEND_TLS is false although STIGMER_BACKEND_CA_FILE is set",
  );
});
