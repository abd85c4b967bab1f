/** TLS to Temporal and to Stigmer: real servers behind real TLS listeners. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/index.ts";
import type { StigmerConfig, TemporalConfig } from "../../src/config/index.ts";
import { type Daemon, startDaemon } from "../../src/daemon/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { logStartupFailure } from "../../src/runner/index.ts";
import { explained } from "../../src/shared/errors.ts";
import { AgentQueryController, StigmerClient, StigmerError } from "../../src/stigmer/index.ts";
import { cancelWorkflow } from "../../src/temporal/client/index.ts";
import {
  connectTemporal,
  installTemporalRuntime,
  type NativeConnection,
  probeTemporal,
  TemporalError,
} from "../../src/temporal/index.ts";
import { localWorld } from "../support/local-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { startTemporalDouble } from "../support/temporal-double.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { listeners, type Ports, right, type Tls, type TlsPeople, tlsPeople, wrong } from "../support/tls-cases.ts";
import { startTlsProxy } from "../support/tls-proxy.ts";

const open = new AsyncDisposableStack();
let people: TlsPeople;
let temporal: TestTemporal;
let connection: NativeConnection;
let daemon: Daemon;
let temporalPorts: Ports;
let stigmerPorts: Ports;

beforeAll(async () => {
  people = open.use(await tlsPeople());
  const folder = open.use(await temporaryFolder());
  installTemporalRuntime(silentLogger);
  temporal = open.use(await startTemporal());
  connection = await connectTemporal(temporalConfig(portOf(temporal.address)));
  open.defer(() => connection.close());
  daemon = await startDaemon({
    connection,
    namespace: "default",
    runnerQueue: "agent_execution_runner",
    port: 0,
    dataDir: folder.path,
    log: silentLogger,
  });
  open.defer(() => daemon.stop());
  temporalPorts = await listeners(portOf(temporal.address), people, open);
  stigmerPorts = await listeners(portOf(daemon.endpoint), people, open);
});
afterAll(() => open.disposeAsync());

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

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

function stigmerConfig(port: number, tls?: Tls, host = "localhost"): StigmerConfig {
  return {
    endpoint: `${host}:${port}`,
    tls: tls !== undefined,
    ...(tls?.ca === undefined ? {} : { caFile: tls.ca.caFile }),
    ...(tls?.client === undefined ? {} : { client: { certFile: tls.client.certFile, keyFile: tls.client.keyFile } }),
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
    const config = { ...temporalConfig(portOf(temporal.address)), namespace: "none" };
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

test("an execution runs with TLS and client certificates to Temporal and Stigmer", async () => {
  const { authority, known } = people;
  const certificate = await authority.issue("world");
  const to = { certificate, clientCa: authority.ca };
  await using world = await localWorld(async (ports) => {
    const [temporalProxy, stigmerProxy] = await Promise.all([
      startTlsProxy({ ...to, to: ports.temporal }),
      startTlsProxy({ ...to, to: ports.stigmer }),
    ]);
    open.use(temporalProxy);
    open.use(stigmerProxy);
    return {
      TEMPORAL_SERVICE_ADDRESS: `localhost:${temporalProxy.port}`,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.caFile,
      TEMPORAL_TLS_CLIENT_CERT_PATH: known.certFile,
      TEMPORAL_TLS_CLIENT_KEY_DATA: known.key,
      STIGMER_BACKEND_ENDPOINT: `localhost:${stigmerProxy.port}`,
      STIGMER_BACKEND_TLS: "true",
      STIGMER_BACKEND_CA_FILE: authority.caFile,
      STIGMER_BACKEND_CLIENT_CERT_FILE: known.certFile,
      STIGMER_BACKEND_CLIENT_KEY_FILE: known.keyFile,
    };
  });
  const execution = await world.run("Hi", () => ({ text: "Over TLS." }));
  expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
  expect(execution.status?.messages.at(-1)?.content).toBe("Over TLS.");
  const secret = known.key.split("\n")[1] ?? "";
  expect(world.log.join("")).not.toContain(secret);
});

describe("connection to Stigmer", () => {
  const get = (client: StigmerClient, timeoutMs: number) =>
    client.call(AgentQueryController.method.get, { value: "agt-none" }, { timeoutMs });
  const clientOf = (config: StigmerConfig) => new StigmerClient({ ...config, apiKey: () => "the key of the test" });

  for (const [what, port, tls] of right) {
    test(`is made ${what}`, async () => {
      const client = clientOf(stigmerConfig(stigmerPorts[port], tls(people)));
      try {
        await expect(get(client, 60_000)).rejects.toMatchObject({ code: "not-found" });
        expect(await client.probe(60_000)).toBeUndefined();
      } finally {
        client.close();
      }
    });
  }

  for (const { what, port, host, tls, message, variable = "" } of wrong) {
    test(`fails with its own message if ${what}`, async () => {
      const client = clientOf(stigmerConfig(stigmerPorts[port], tls(people), host));
      try {
        const error = await get(client, 2_000).catch((thrown: unknown) => thrown);
        if (!(error instanceof StigmerError)) throw new Error(`the call ended with ${String(error)}`);
        for (const text of [explained(error), explained(await client.probe(1_000))]) {
          expect(text).toContain(message);
          expect(text).toContain(variable);
          expect(text).not.toContain("the key of the test");
        }
        expect(error.message).toStartWith(`AgentQueryController.get at ${client.endpoint}: `);
        expect(error.isTransient).toBe(true);
      } finally {
        client.close();
      }
    });
  }
});
