import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestAuthority, testAuthority } from "../../../test/support/certificates.ts";
import { type EnvMap, loadConfig } from "../index.ts";

const all = (env: EnvMap) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });
const load = (env: EnvMap) => all(env).config.traces;
const ENDPOINT = "http://collector:4318";
const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT };

let authority: TestAuthority;
beforeAll(async () => {
  authority = await testAuthority();
});
afterAll(() => authority[Symbol.asyncDispose]());

describe("traces", () => {
  test.each<[EnvMap, boolean]>([
    [{}, false],
    [ON, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ENDPOINT }, true],
    [{ OTEL_TRACES_EXPORTER: "otlp" }, true],
    [{ ...ON, OTEL_TRACES_EXPORTER: "none" }, false],
    [{ ...ON, OTEL_SDK_DISABLED: "true" }, false],
    [{ OTEL_SERVICE_NAME: "runner", OTEL_EXPORTER_OTLP_HEADERS: "a=b" }, false],
  ])("with %j are sent: %p", (env, isOn) => {
    expect(load(env).isOn).toBe(isOn);
  });

  test.each([
    [{ OTEL_TRACES_EXPORTER: "otlp" }, "http://localhost:4318/v1/traces"],
    [ON, `${ENDPOINT}/v1/traces`],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: `${ENDPOINT}/otlp/?a=1` }, `${ENDPOINT}/otlp/v1/traces?a=1`],
    [{ ...ON, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${ENDPOINT}/api/traces/` }, `${ENDPOINT}/api/traces/`],
  ])("with %j go to %s", (env, url) => {
    expect(load(env).url).toBe(url);
  });

  test("prefer variables for traces to those for all signals, which is no conflict", () => {
    const { config, warnings } = all({
      ...ON,
      OTEL_EXPORTER_OTLP_TIMEOUT: "1000",
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "2000",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    });
    expect(config.traces).toMatchObject({ timeoutMs: 2_000, compression: "gzip" });
    expect(warnings).toEqual([]);
  });
});

describe("what this program cannot do", () => {
  test.each(["grpc", "http/json"])("the protocol %s is refused with what works", (protocol) => {
    for (const name of ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
      expect(() => load({ ...ON, [name]: protocol })).toThrow(
        /cannot send.*Allowed: http\/protobuf.*OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http\/protobuf.*4318/s,
      );
  });

  test("a protocol is of no concern while no traces are sent", () => {
    expect(load({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }).isOn).toBe(false);
  });

  test.each([
    ["OTEL_TRACES_EXPORTER", "zipkin", "otlp or none"],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote", "parentbased_always_on"],
    ["OTEL_TRACES_SAMPLER_ARG", "1.5", "from 0 to 1"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "http://"],
    ["OTEL_RESOURCE_ATTRIBUTES", "production", "name=value"],
  ])("%s=%s is refused with what is allowed", (name, value, allowed) => {
    expect(() => load({ [name]: value })).toThrow(new RegExp(`${name}.*${allowed.replaceAll("/", "\\/")}`, "s"));
  });

  test("a batch cannot be larger than the queue", () => {
    const queue = { OTEL_BSP_MAX_QUEUE_SIZE: "100" };
    expect(load(queue).maxBatchSize).toBe(100);
    expect(() => load({ ...queue, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "101" })).toThrow("OTEL_BSP_MAX_EXPORT_BATCH_SIZE");
  });
});

describe("headers", () => {
  const KEY = "c2VjcmV0LWtleQ";

  test("are decoded, and those for traces replace others of the same name", () => {
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${KEY}, x-scope=a,`, ...ON };
    expect(load(headers).headers).toEqual({ authorization: `Bearer ${KEY}`, "x-scope": "a" });
    expect(load({ ...headers, OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-scope=b=c" }).headers).toEqual({
      authorization: `Bearer ${KEY}`,
      "x-scope": "b=c",
    });
  });

  test("are secret: keys in them are masked, also without their scheme, and words are not", () => {
    const { secrets, views } = all({ ...ON, OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${KEY},x-scope=prod` });
    expect(secrets).toContain(KEY);
    expect(secrets).not.toContain("prod");
    expect(JSON.stringify(views)).not.toContain(KEY);
  });

  test.each([
    `a b=${KEY}`,
    `Content-Length=${KEY}`,
    `transfer-encoding=${KEY}`,
    `host=${KEY}`,
    `a=${KEY}%0d%0a`,
    `a=${KEY}%`,
    KEY,
    `=${KEY}`,
    `ü=${KEY}`,
  ])("that no request can have are refused without showing them (%#)", (value) => {
    const attempt = () => load({ OTEL_EXPORTER_OTLP_HEADERS: value });
    expect(attempt).toThrow("OTEL_EXPORTER_OTLP_HEADERS (not shown) has a");
    expect(attempt).not.toThrow(KEY);
  });
});

test("a client certificate for traces needs its key", async () => {
  const { certFile, keyFile } = await authority.issue("client");
  const certificate = { ...ON, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certFile };
  expect(() => load(certificate)).toThrow("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY is not set although");
  const both = { ...certificate, OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: keyFile };
  expect(load(both)).toMatchObject({ certFile, keyFile });
});
