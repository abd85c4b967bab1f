/** TLS to Stigmer: a real daemon behind real TLS listeners. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { StigmerConfig } from "../../src/config/index.ts";
import { startDaemon } from "../../src/daemon/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { explained } from "../../src/shared/errors.ts";
import { AgentQueryController, StigmerClient, StigmerError } from "../../src/stigmer/index.ts";
import { connectTemporal, installTemporalRuntime } from "../../src/temporal/index.ts";
import { startTemporal } from "../support/temporal.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { listeners, type Ports, right, type Tls, type TlsPeople, tlsPeople, wrong } from "../support/tls-cases.ts";

const open = new AsyncDisposableStack();
let people: TlsPeople;
let stigmerPorts: Ports;

beforeAll(async () => {
  people = open.use(await tlsPeople());
  const folder = open.use(await temporaryFolder());
  installTemporalRuntime(silentLogger);
  const { address } = open.use(await startTemporal());
  const namespace = "default";
  const connection = await connectTemporal({ address, namespace, taskQueue: "", maxConcurrency: 1 });
  open.defer(() => connection.close());
  const daemon = await startDaemon({
    connection,
    namespace,
    runnerQueue: "agent_execution_runner",
    port: 0,
    dataDir: folder.path,
    log: silentLogger,
  });
  open.defer(() => daemon.stop());
  const port = Number(daemon.endpoint.slice(daemon.endpoint.lastIndexOf(":") + 1));
  stigmerPorts = await listeners(port, people, open);
});
afterAll(() => open.disposeAsync());

function stigmerConfig(port: number, tls?: Tls, host = "localhost"): StigmerConfig {
  return {
    endpoint: `${host}:${port}`,
    tls: tls !== undefined,
    ...(tls?.ca === undefined ? {} : { caFile: tls.ca.caFile }),
    ...(tls?.client === undefined ? {} : { client: { certFile: tls.client.certFile, keyFile: tls.client.keyFile } }),
  };
}

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
