/** TLS to servers that are named by IP address: a real Temporal server and a real daemon behind real TLS listeners. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { startDaemon } from "../../src/daemon/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { AgentQueryController, StigmerClient, StigmerError } from "../../src/stigmer/index.ts";
import { cancelWorkflow, TemporalError } from "../../src/temporal/client/index.ts";
import { connectTemporal, installTemporalRuntime } from "../../src/temporal/index.ts";
import { requirement } from "../support/requirement.ts";
import { startTemporal } from "../support/temporal.ts";
import { startTemporalDouble } from "../support/temporal-double.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type TlsPeople, tlsPeople } from "../support/tls-cases.ts";
import { startTlsProxy } from "../support/tls-proxy.ts";

const open = new AsyncDisposableStack();
const never = new AbortController().signal;
let people: TlsPeople;
let temporalPort: number;
let daemonPort: number;

beforeAll(async () => {
  people = open.use(await tlsPeople());
  const folder = open.use(await temporaryFolder());
  installTemporalRuntime(silentLogger);
  const { address, port } = open.use(await startTemporal());
  temporalPort = port;
  const connection = await connectTemporal({ address, namespace: "default", taskQueue: "", maxConcurrency: 1 });
  open.defer(() => connection.close());
  const { endpoint, stop } = await startDaemon({
    connection,
    namespace: "default",
    runnerQueue: "agent_execution_runner",
    port: 0,
    dataDir: folder.path,
    log: silentLogger,
  });
  open.defer(stop);
  daemonPort = Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
});
afterAll(() => open.disposeAsync());

async function listener(to: number, address: string, certified: string, isMutual: boolean) {
  const certificate = await people.authority.issue("by-address", { hosts: [certified] });
  return await startTlsProxy({ to, address, certificate, ...(isMutual ? { clientCa: people.authority.ca } : {}) });
}

const isThere = (address: string) =>
  requirement(
    Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address)),
    `TLS to ${address}: this machine has no such address`,
  );

const shown = (address: string) => (address.includes(":") ? `[${address}]` : address);

async function askStigmer(host: string, port: number, timeoutMs: number): Promise<unknown> {
  const { authority, known } = people;
  const files = { caFile: authority.caFile, client: { certFile: known.certFile, keyFile: known.keyFile } };
  const client = new StigmerClient({
    endpoint: `${shown(host)}:${port}`,
    tls: true,
    ...files,
    apiKey: () => "the key",
  });
  try {
    return await client
      .call(AgentQueryController.method.get, { value: "agt-none" }, { timeoutMs })
      .catch((error: unknown) => error);
  } finally {
    client.close();
  }
}

function temporalConfig(host: string, port: number, serverName?: string) {
  const { authority, known } = people;
  const client = { cert: { path: known.certFile }, key: { path: known.keyFile } };
  return {
    ...{ address: `${shown(host)}:${port}`, namespace: "default", taskQueue: "", maxConcurrency: 1 },
    tls: { ca: { path: authority.caFile }, client, ...(serverName === undefined ? {} : { serverName }) },
  };
}

for (const [address, other] of [
  ["127.0.0.1", "127.0.0.2"],
  ["::1", "::2"],
] as const)
  describe.skipIf(!isThere(address))(`a server at ${address}`, () => {
    for (const isMutual of [false, true])
      test(`is trusted for a certificate with the address${isMutual ? ", and gets ours" : ""}`, async () => {
        await using stigmer = await listener(daemonPort, address, address, isMutual);
        expect(await askStigmer(address, stigmer.port, 60_000)).toMatchObject({ code: "not-found" });
        await using temporal = await listener(temporalPort, address, address, isMutual);
        const outcome = await cancelWorkflow(temporalConfig(address, temporal.port), "none", never);
        expect(outcome).toEqual({ type: "unknown" });
      });

    for (const certified of [other, "localhost"])
      test(`is refused with a certificate for ${certified}`, async () => {
        await using stigmer = await listener(daemonPort, address, certified, false);
        const error = await askStigmer(address, stigmer.port, 2_000);
        if (!(error instanceof StigmerError)) throw new Error(`the call ended with ${String(error)}`);
        expect(error.message).toEndWith(`, not for ${address}`);
        expect(error.message).toContain("its certificate is for ");
        await using temporal = await listener(temporalPort, address, certified, false);
        const cancelled = cancelWorkflow(temporalConfig(address, temporal.port), "none", never);
        const refusal = await cancelled.catch((thrown: unknown) => thrown);
        if (!(refusal instanceof TemporalError)) throw new Error(`cancelling ended with ${String(refusal)}`);
        expect(refusal.code).toBe("certificate-host");
      });
  });

test("an unknown CA is refused, although the certificate has the address", async () => {
  const certificate = await people.stranger.issue("by-address", { hosts: ["127.0.0.1"] });
  await using stigmer = await startTlsProxy({ to: daemonPort, certificate });
  const error = await askStigmer("127.0.0.1", stigmer.port, 2_000);
  if (!(error instanceof StigmerError)) throw new Error(`the call ended with ${String(error)}`);
  expect(error.message).toContain("its certificate is signed by a CA that is not known here");
});

test("an address can be the server name of Temporal", async () => {
  await using temporal = await listener(temporalPort, "127.0.0.1", "10.0.0.5", false);
  const outcome = await cancelWorkflow(temporalConfig("localhost", temporal.port, "10.0.0.5"), "none", never);
  expect(outcome).toEqual({ type: "unknown" });
});

test("an API key is sent to a Temporal server that is named by address", async () => {
  const KEY = "the-key-of-the-test";
  await using cloud = await startTemporalDouble(await people.authority.issue("cloud"), KEY);
  const config = { ...temporalConfig("127.0.0.1", Number(cloud.address.split(":").at(-1))), apiKey: KEY };
  await cancelWorkflow(config, "none", never).catch(() => undefined);
  expect(new Set(cloud.authorizations)).toEqual(new Set([`Bearer ${KEY}`]));
});
