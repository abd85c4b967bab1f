/** TLS to Temporal and to Stigmer: real servers behind real TLS listeners. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import type { StigmerConfig, TemporalConfig } from "../../src/config/index.ts";
import { type Daemon, startDaemon } from "../../src/daemon/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { AgentQueryController, StigmerClient, StigmerError } from "../../src/stigmer/index.ts";
import {
  connectTemporal,
  installTemporalRuntime,
  type NativeConnection,
  TemporalError,
} from "../../src/temporal/index.ts";
import { type TestAuthority, type TestCertificate, testAuthority } from "../support/certificates.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { startTlsProxy, type TlsProxy } from "../support/tls-proxy.ts";

/** The listeners before one server. */
interface Ports {
  readonly plaintext: number;
  readonly secure: number;
  readonly expired: number;
  readonly otherHost: number;
  /** Wants client certificates of the test's CA. */
  readonly mutual: number;
  readonly silent: number;
  readonly nobody: number;
}

const open = new AsyncDisposableStack();
let authority: TestAuthority;
let stranger: TestAuthority;
let known: TestCertificate;
let unknown: TestCertificate;
let temporal: TestTemporal;
let connection: NativeConnection;
let daemon: Daemon;
let folder: TemporaryFolder;
let temporalPorts: Ports;
let stigmerPorts: Ports;

beforeAll(async () => {
  authority = open.use(await testAuthority());
  stranger = open.use(await testAuthority("Another CA"));
  known = await authority.issue("client");
  unknown = await stranger.issue("client");
  folder = open.use(await temporaryFolder());
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
  temporalPorts = await listeners(portOf(temporal.address));
  stigmerPorts = await listeners(portOf(daemon.endpoint));
}, 60_000);
afterAll(() => open.disposeAsync());

async function listeners(to: number): Promise<Ports> {
  const proxy = async (certificate: TestCertificate, clientCa?: string): Promise<TlsProxy> =>
    open.use(await startTlsProxy({ to, certificate, ...(clientCa === undefined ? {} : { clientCa }) }));
  const good = await authority.issue(`server-${to}`);
  const [nobody = 0] = await freePorts(1);
  const silent = createServer(() => undefined);
  open.defer(() => void silent.close());
  return {
    plaintext: to,
    secure: (await proxy(good)).port,
    expired: (await proxy(await authority.issue(`expired-${to}`, { expired: true }))).port,
    otherHost: (await proxy(await authority.issue(`other-${to}`, { hosts: ["elsewhere.example"] }))).port,
    mutual: (await proxy(good, authority.ca)).port,
    silent: await listen(silent),
    nobody,
  };
}

async function listen(server: Server): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

/** How the client is set up; without a CA it knows the system's only. */
interface Tls {
  readonly ca?: TestAuthority;
  readonly client?: TestCertificate;
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

const right: readonly (readonly [what: string, port: keyof Ports, tls: () => Tls | undefined])[] = [
  ["in plaintext", "plaintext", () => undefined],
  ["with the CA", "secure", () => ({ ca: authority })],
  ["with a client certificate", "mutual", () => ({ ca: authority, client: known })],
  ["with a client certificate that nobody wants", "secure", () => ({ ca: authority, client: known })],
];

interface Wrong {
  readonly what: string;
  readonly port: keyof Ports;
  readonly host?: string;
  readonly tls: () => Tls | undefined;
  /** The code of a TemporalError. */
  readonly code: string;
  readonly message: string;
  /** A variable that Stigmer's message names. */
  readonly variable?: string;
}

const wrong: readonly Wrong[] = [
  {
    what: "the certificate has expired",
    port: "expired",
    tls: () => ({ ca: authority }),
    code: "certificate-expired",
    message: "its certificate expired on 20",
  },
  {
    what: "the certificate is for another host",
    port: "otherHost",
    tls: () => ({ ca: authority }),
    code: "certificate-host",
    message: "its certificate is for elsewhere.example, not for localhost",
    variable: "STIGMER_BACKEND_ENDPOINT",
  },
  {
    what: "the CA is not the one that is set",
    port: "secure",
    tls: () => ({ ca: stranger }),
    code: "certificate-authority",
    message: 'its certificate is signed by a CA that is not known here ("Test CA")',
    variable: "STIGMER_BACKEND_CA_FILE",
  },
  {
    what: "the CA is none of the system's",
    port: "secure",
    tls: () => ({}),
    code: "certificate-authority",
    message: 'its certificate is signed by a CA that is not known here ("Test CA")',
    variable: "STIGMER_BACKEND_CA_FILE",
  },
  {
    what: "TLS meets a plaintext port",
    port: "plaintext",
    tls: () => ({ ca: authority }),
    code: "plaintext-port",
    message: "it does not speak TLS",
    variable: "STIGMER_BACKEND_TLS=false",
  },
  {
    what: "plaintext meets a TLS port",
    port: "secure",
    tls: () => undefined,
    code: "tls-port",
    message: "it speaks TLS, and was spoken to in plaintext",
    variable: "STIGMER_BACKEND_TLS=true",
  },
  {
    what: "plaintext meets a TLS port that wants client certificates",
    port: "mutual",
    tls: () => undefined,
    code: "tls-port",
    message: "it speaks TLS",
    variable: "STIGMER_BACKEND_TLS=true",
  },
  {
    what: "a client certificate is wanted",
    port: "mutual",
    tls: () => ({ ca: authority }),
    code: "client-certificate-wanted",
    message: "it wants a client certificate, and none is set",
    variable: "STIGMER_BACKEND_CLIENT_CERT_FILE",
  },
  {
    what: "the client certificate is refused",
    port: "mutual",
    tls: () => ({ ca: authority, client: unknown }),
    code: "client-certificate-refused",
    message: "it refuses the client certificate",
    variable: "STIGMER_BACKEND_CLIENT_CERT_FILE",
  },
  {
    what: "nobody listens",
    port: "nobody",
    tls: () => ({ ca: authority }),
    code: "refused",
    message: "connection refused: nothing listens there",
  },
  {
    what: "the host is unknown",
    port: "secure",
    host: "no-such-host.invalid",
    tls: () => ({ ca: authority }),
    code: "unknown-host",
    message: "the host name is unknown",
    variable: "STIGMER_BACKEND_ENDPOINT",
  },
  {
    what: "nobody answers to TLS",
    port: "silent",
    tls: () => ({ ca: authority }),
    code: "no-answer",
    message: "it takes the connection, but does not answer",
  },
  {
    what: "nobody answers",
    port: "silent",
    tls: () => undefined,
    code: "no-answer",
    message: "it takes the connection, but does not answer",
  },
];

describe("a connection to Temporal", () => {
  for (const [what, port, tls] of right) {
    test(`is made ${what}`, async () => {
      const made = await connectTemporal(temporalConfig(temporalPorts[port], tls()));
      await made.close();
    });
  }

  test("is made to a certificate of another name, where that is set", async () => {
    const { tls, ...rest } = temporalConfig(temporalPorts.otherHost, { ca: authority });
    const made = await connectTemporal({ ...rest, tls: { ...tls, serverName: "elsewhere.example" } });
    await made.close();
  });

  for (const { what, port, host, tls, code, message } of wrong) {
    test(`fails with its own message where ${what}`, async () => {
      const started = performance.now();
      const error = await connectTemporal(temporalConfig(temporalPorts[port], tls(), host)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof TemporalError)) throw new Error(`connecting ended with ${String(error)}`);
      expect({ code: error.code as string, message: error.message }).toEqual({
        code,
        message: expect.stringContaining(message),
      });
      expect(error.message).toStartWith("Failed to connect to Temporal at ");
      expect(performance.now() - started).toBeLessThan(9_000);
    }, 15_000);
  }
});

describe("a connection to Stigmer", () => {
  const get = (client: StigmerClient, timeoutMs: number) =>
    client.call(AgentQueryController.method.get, { value: "agt-none" }, { timeoutMs });
  const clientOf = (config: StigmerConfig) => new StigmerClient({ ...config, apiKey: () => "the key of the test" });

  for (const [what, port, tls] of right) {
    test(`is made ${what}`, async () => {
      const client = clientOf(stigmerConfig(stigmerPorts[port], tls()));
      try {
        await expect(get(client, 5_000)).rejects.toMatchObject({ code: "not-found" });
        expect(await client.probe(5_000)).toBeUndefined();
      } finally {
        client.close();
      }
    });
  }

  for (const { what, port, host, tls, message, variable = "" } of wrong) {
    test(`fails with its own message where ${what}`, async () => {
      const client = clientOf(stigmerConfig(stigmerPorts[port], tls(), host));
      try {
        const error = await get(client, 2_000).catch((thrown: unknown) => thrown);
        if (!(error instanceof StigmerError)) throw new Error(`the call ended with ${String(error)}`);
        for (const text of [error.message, await client.probe(1_000)]) {
          expect(text).toContain(message);
          expect(text).toContain(variable);
          expect(text).not.toContain("the key of the test");
        }
        expect(error.message).toStartWith(`AgentQueryController.get at ${client.endpoint}: `);
        expect(error.isTransient).toBe(true);
      } finally {
        client.close();
      }
    }, 15_000);
  }
});
