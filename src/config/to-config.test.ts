import { describe, expect, test } from "bun:test";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type EnvMap, loadConfig } from "./index.ts";

/** A file that is there. */
const FILE = import.meta.path;
const load = (env: EnvMap) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" }).config;

describe("TLS to Temporal", () => {
  test("is off where nothing asks for it", () => {
    expect(load({}).temporal.tls).toBeUndefined();
  });

  test("is on with a certificate, a CA, a server name or an API key", () => {
    expect(load({ TEMPORAL_API_KEY: "key" }).temporal.tls).toEqual({});
    expect(load({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: FILE }).temporal.tls).toEqual({ caFile: FILE });
    expect(load({ TEMPORAL_TLS_SERVER_NAME: "temporal" }).temporal.tls).toEqual({ serverName: "temporal" });
    const pair = { TEMPORAL_TLS_CLIENT_CERT_PATH: FILE, TEMPORAL_TLS_CLIENT_KEY_PATH: FILE };
    expect(load(pair).temporal.tls).toEqual({ client: { certFile: FILE, keyFile: FILE } });
  });

  test("can be said to be on or off", () => {
    expect(load({ TEMPORAL_TLS: "true" }).temporal.tls).toEqual({});
    expect(load({ TEMPORAL_TLS: "false", TEMPORAL_API_KEY: "key" }).temporal.tls).toBeUndefined();
  });
});

test("TLS to the Stigmer backend is on for port 443, or where it is said to be", () => {
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

test("what is not set is absent, so that it cannot be taken for something", () => {
  const { model, admin, temporal } = load({});
  expect(Object.keys(model).sort()).toEqual(["maxTokens", "temperature", "usualProvider"]);
  expect(Object.keys(admin)).not.toContain("token");
  expect(Object.keys(temporal)).not.toContain("apiKey");
});
