import { describe, expect, test } from "bun:test";
import { twoCertificates } from "../../../test/support/two-certificates.ts";
import { type EnvMap, loadConfig } from "../index.ts";

const load = (env: EnvMap) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });

const issued = twoCertificates();

for (const [cert, key] of [
  ["TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_KEY_PATH"],
  ["STIGMER_BACKEND_CLIENT_CERT_FILE", "STIGMER_BACKEND_CLIENT_KEY_FILE"],
] as const) {
  describe(`${cert} and ${key}`, () => {
    test("must both be set", () => {
      expect(load({ [cert]: issued.one.certFile, [key]: issued.one.keyFile }).config.mode).toBe("local");
      expect(() => load({ [cert]: issued.one.certFile })).toThrow(`${key} is not set although ${cert} is`);
      expect(() => load({ [key]: issued.one.keyFile })).toThrow(`${cert} is not set although ${key} is`);
    });

    test("must belong together", () => {
      expect(() => load({ [cert]: issued.one.certFile, [key]: issued.other.keyFile })).toThrow(
        `${key} is not the key of the certificate in ${cert}`,
      );
    });

    test("must be a certificate and a key", () => {
      expect(() => load({ [cert]: issued.one.keyFile, [key]: issued.one.keyFile })).toThrow(
        "contains no certificate in PEM",
      );
      expect(() => load({ [cert]: issued.one.certFile, [key]: issued.one.certFile })).toThrow(
        "contains no private key in PEM",
      );
      expect(() => load({ [cert]: `${issued.one.certFile}.no`, [key]: issued.one.keyFile })).toThrow("does not exist");
    });
  });
}

test("a certificate may be text and its key a file, but none may be both", () => {
  const mixed = { TEMPORAL_TLS_CLIENT_CERT_DATA: issued.one.cert, TEMPORAL_TLS_CLIENT_KEY_PATH: issued.one.keyFile };
  expect(load(mixed).config.temporal.tls?.client).toEqual({
    cert: { data: issued.one.cert },
    key: { path: issued.one.keyFile },
  });
  expect(() => load({ ...mixed, TEMPORAL_TLS_CLIENT_CERT_PATH: issued.one.certFile })).toThrow(
    "TEMPORAL_TLS_CLIENT_CERT_DATA is set, and TEMPORAL_TLS_CLIENT_CERT_PATH too",
  );
});

test("no problem shows a private key", () => {
  const env = { TEMPORAL_TLS_CLIENT_CERT_DATA: issued.one.cert, TEMPORAL_TLS_CLIENT_KEY_DATA: issued.other.key };
  const secret = issued.other.key.split("\n")[1] ?? "";
  for (const wrong of [env, { ...env, TEMPORAL_TLS_CLIENT_KEY_DATA: issued.other.key.replace("\n", "\n ,") }]) {
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
  expect(() => load({ TEMPORAL_TLS: "false", TEMPORAL_TLS_SERVER_CA_CERT_PATH: issued.authority.caFile })).toThrow(
    "TEMPORAL_TLS is false although TEMPORAL_TLS_SERVER_CA_CERT_PATH is set",
  );
  expect(() => load({ STIGMER_BACKEND_TLS: "false", STIGMER_BACKEND_CA_FILE: issued.authority.caFile })).toThrow(
    "STIGMER_BACKEND_TLS is false although STIGMER_BACKEND_CA_FILE is set",
  );
});
