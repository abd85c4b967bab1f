/** TLS to Temporal: a real server behind real TLS listeners. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/index.ts";
import type { TemporalConfig } from "../../src/config/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { logStartupFailure } from "../../src/runner/index.ts";
import { cancelWorkflow } from "../../src/temporal/client/index.ts";
import { connectTemporal, installTemporalRuntime, probeTemporal, TemporalError } from "../../src/temporal/index.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { startTemporalDouble } from "../support/temporal-double.ts";
import { listeners, type Ports, right, type Tls, type TlsPeople, tlsPeople, wrong } from "../support/tls-cases.ts";
import { startTlsProxy } from "../support/tls-proxy.ts";

const open = new AsyncDisposableStack();
let people: TlsPeople;
let temporal: TestTemporal;
let temporalPorts: Ports;

beforeAll(async () => {
  people = open.use(await tlsPeople());
  installTemporalRuntime(silentLogger);
  temporal = open.use(await startTemporal());
  temporalPorts = await listeners(temporal.port, people, open);
});
afterAll(() => open.disposeAsync());

function temporalConfig(port: number, tls?: Tls, host = "localhost"): TemporalConfig {
  const base = { address: `${host}:${port}`, namespace: "default", taskQueue: "", maxConcurrency: 1 };
  if (tls === undefined) return base;
  const { ca, client } = tls;
  return {
    ...base,
    tls: {
      ...(ca === undefined ? {} : { ca: { path: ca.caFile } }),
      ...(client === undefined ? {} : { client: { cert: { data: client.cert }, key: { path: client.keyFile } } }),
    },
  };
}

describe("connection to Temporal", () => {
  for (const [what, port, tls] of right) {
    test(`is made ${what}`, async () => {
      const made = await connectTemporal(temporalConfig(temporalPorts[port], tls(people)));
      await made.close();
    });
  }

  test("accepts a certificate with the configured server name", async () => {
    const { tls, ...rest } = temporalConfig(temporalPorts.otherHost, { ca: people.authority });
    const made = await connectTemporal({ ...rest, tls: { ...tls, serverName: "elsewhere.example" } });
    await made.close();
  });

  for (const { what, port, host, tls, code, message } of wrong) {
    test(`fails with its own message if ${what}`, async () => {
      const error = await connectTemporal(temporalConfig(temporalPorts[port], tls(people), host)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof TemporalError)) throw new Error(`connecting ended with ${String(error)}`);
      expect({ code: error.code as string, message: error.message }).toEqual({
        code,
        message: expect.stringContaining(message),
      });
      expect(error.message).toStartWith("Failed to connect to Temporal at ");
    });
  }
});

describe("cancel command", () => {
  const never = new AbortController().signal;

  for (const [what, port, tls] of right) {
    test(`reaches Temporal ${what}`, async () => {
      const outcome = await cancelWorkflow(temporalConfig(temporalPorts[port], tls(people)), "none", never);
      expect(outcome).toEqual({ type: "unknown" });
    });
  }

  // Each takes as long as connecting may take: some stand for all.
  const some = wrong.filter(({ code }) => ["refused", "certificate-expired", "tls-port"].includes(code));
  for (const { what, port, host, tls, code, message } of some.slice(0, 3)) {
    test(`fails with its own message if ${what}`, async () => {
      const config = temporalConfig(temporalPorts[port], tls(people), host);
      const error = await cancelWorkflow(config, "none", never).catch((thrown: unknown) => thrown);
      if (!(error instanceof TemporalError)) throw new Error(`cancelling ended with ${String(error)}`);
      expect({ code: error.code as string, message: error.message }).toEqual({
        code,
        message: expect.stringContaining(message),
      });
    });
  }

  test("reports a missing namespace, and ends when it is interrupted", async () => {
    const config = { ...temporalConfig(temporal.port), namespace: "none" };
    await expect(cancelWorkflow(config, "none", never)).rejects.toThrow('has no namespace "none"');
    const reason = new Error("interrupted");
    await expect(cancelWorkflow(config, "none", AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

test("the health check says why Temporal is unreachable", async () => {
  const listener = await startTlsProxy({ to: temporal.port, certificate: await people.authority.issue("lost") });
  const lost = temporalConfig(listener.port, { ca: people.authority });
  const made = await connectTemporal(lost);
  try {
    expect(await probeTemporal(made, lost, 60_000)).toBeUndefined();
    await listener[Symbol.asyncDispose]();
    expect(await probeTemporal(made, lost, 1_000)).toMatchObject({
      code: "refused",
      message: `Failed to connect to Temporal at ${lost.address}: connection refused: nothing listens there`,
    });
  } finally {
    await made.close();
  }
});

describe("API key of Temporal Cloud", () => {
  const KEY = "the-key-of-the-test";
  const connect = (address: string, apiKey: string) =>
    connectTemporal({
      ...temporalConfig(0, { ca: people.authority }),
      address,
      apiKey,
    });

  test("is sent with every call, over TLS", async () => {
    await using cloud = await startTemporalDouble(await people.authority.issue("cloud"), KEY);
    const made = await connect(cloud.address, KEY);
    await made.close();
    expect(new Set(cloud.authorizations)).toEqual(new Set([`Bearer ${KEY}`]));
    expect(cloud.authorizations.length).toBeGreaterThanOrEqual(2);
  });

  test("is not shown when it is refused", async () => {
    await using cloud = await startTemporalDouble(await people.authority.issue("cloud"), KEY);
    const error = await connect(cloud.address, `not-${KEY}`).catch((thrown: unknown) => thrown);
    if (!(error instanceof TemporalError)) throw new Error(`connecting ended with ${String(error)}`);
    expect(error.code).toBe("unauthorized");
    expect(error.message).toContain("refuses these credentials");
    expect(error.message).not.toContain(KEY);
    expect(logStartupFailure(error, silentLogger)).toBe(EXIT.unavailable);
  });
});
