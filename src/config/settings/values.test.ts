import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type TestAuthority, type TestCertificate, testAuthority } from "../../../test/support/certificates.ts";
import { type EnvMap, loadConfig } from "../index.ts";

/** A file that exists. */
const FILE = import.meta.path;
const load = (env: EnvMap) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" }).config;

let authority: TestAuthority;
let certificate: TestCertificate;
beforeAll(async () => {
  authority = await testAuthority();
  certificate = await authority.issue("client");
});
afterAll(() => authority[Symbol.asyncDispose]());

describe("TLS to Temporal", () => {
  test("is off by default", () => {
    expect(load({}).temporal.tls).toBeUndefined();
  });

  test("is on with a certificate, a CA, a server name or an API key", () => {
    const { certFile, keyFile, cert, key } = certificate;
    expect(load({ TEMPORAL_API_KEY: "key" }).temporal.tls).toEqual({});
    expect(load({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.caFile }).temporal.tls).toEqual({
      ca: { path: authority.caFile },
    });
    expect(load({ TEMPORAL_TLS_SERVER_NAME: "temporal" }).temporal.tls).toEqual({ serverName: "temporal" });
    const files = { TEMPORAL_TLS_CLIENT_CERT_PATH: certFile, TEMPORAL_TLS_CLIENT_KEY_PATH: keyFile };
    expect(load(files).temporal.tls).toEqual({ client: { cert: { path: certFile }, key: { path: keyFile } } });
    const texts = { TEMPORAL_TLS_CLIENT_CERT_DATA: cert, TEMPORAL_TLS_CLIENT_KEY_DATA: key };
    expect(load(texts).temporal.tls).toEqual({ client: { cert: { data: cert }, key: { data: key } } });
    expect(load({ TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.ca }).temporal.tls).toEqual({
      ca: { data: authority.ca },
    });
  });

  test("can be switched on and off", () => {
    expect(load({ TEMPORAL_TLS: "true" }).temporal.tls).toEqual({});
    expect(load({ TEMPORAL_TLS: "false", TEMPORAL_API_KEY: "key" }).temporal.tls).toBeUndefined();
  });
});

test("TLS to the Stigmer backend is on for port 443, or if it is switched on", () => {
  expect(load({ STIGMER_BACKEND_ENDPOINT: "api.stigmer.ai:443" }).stigmer.tls).toBe(true);
  expect(load({ STIGMER_BACKEND_ENDPOINT: "localhost:8443" }).stigmer.tls).toBe(false);
  expect(load({ STIGMER_BACKEND_ENDPOINT: "localhost:8443", STIGMER_BACKEND_TLS: "on" }).stigmer.tls).toBe(true);
});

test("paths become absolute, with ~ as the home directory", () => {
  const config = load({ SANDBOX_ROOT_DIR: "work", STIGMER_DATA_DIR: "~/data", STIGMER_LLM_SCRIPT: FILE });
  expect(config).toMatchObject({
    sandbox: { root: "work", rootDir: resolve("work") },
    dataDir: join(homedir(), "data"),
    model: { script: FILE },
  });
});

test("times are milliseconds", () => {
  expect(load({ SANDBOX_COMMAND_TIMEOUT: "5", DRAIN_TIMEOUT: "0" })).toMatchObject({
    commandTimeoutMs: 5_000,
    drainTimeoutMs: 0,
  });
});

test("a setting without value and default has no property in the configuration", () => {
  const { model, admin, temporal } = load({});
  expect(Object.keys(model).sort()).toEqual(["defaultProvider", "maxTokens", "temperature"]);
  expect(Object.keys(admin)).not.toContain("token");
  expect(Object.keys(temporal)).not.toContain("apiKey");
});
