/** TLS listeners of all kinds in front of a real server, and the expected result of each way to connect. */
import { createServer, type Server } from "node:net";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { type TestAuthority, type TestCertificate, testAuthority } from "./certificates.ts";
import { startTlsProxy } from "./tls-proxy.ts";

/** The certificate authorities of these tests. */
export interface TlsPeople {
  readonly authority: TestAuthority;
  /** One that nobody knows. */
  readonly stranger: TestAuthority;
  /** A client's certificate of the authority's. */
  readonly known: TestCertificate;
  /** One of the stranger's. */
  readonly unknown: TestCertificate;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function tlsPeople(): Promise<TlsPeople> {
  const authority = await testAuthority();
  const stranger = await testAuthority("Another CA");
  return {
    authority,
    stranger,
    known: await authority.issue("client"),
    unknown: await stranger.issue("client"),
    [Symbol.asyncDispose]: async () => {
      await authority[Symbol.asyncDispose]();
      await stranger[Symbol.asyncDispose]();
    },
  };
}

/** The listeners in front of one server. */
export interface Ports {
  readonly plaintext: number;
  readonly secure: number;
  readonly expired: number;
  readonly otherHost: number;
  /** Wants client certificates of the test's CA. */
  readonly mutual: number;
  readonly silent: number;
  readonly nobody: number;
}

/** @param to port on loopback of the server behind them @param open closes them */
export async function listeners(to: number, { authority }: TlsPeople, open: AsyncDisposableStack): Promise<Ports> {
  const proxy = async (certificate: TestCertificate, clientCa?: string) =>
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

/** The client's settings; without a CA it trusts the system's only. */
export interface Tls {
  readonly ca?: TestAuthority;
  readonly client?: TestCertificate;
}

/** Connections that work. */
export const right: readonly (readonly [
  what: string,
  port: keyof Ports,
  tls: (people: TlsPeople) => Tls | undefined,
])[] = [
  ["in plaintext", "plaintext", () => undefined],
  ["with the CA", "secure", ({ authority }) => ({ ca: authority })],
  ["with a client certificate", "mutual", ({ authority, known }) => ({ ca: authority, client: known })],
  [
    "with a client certificate that nobody wants",
    "secure",
    ({ authority, known }) => ({ ca: authority, client: known }),
  ],
];

export interface Wrong {
  readonly what: string;
  readonly port: keyof Ports;
  readonly host?: string;
  readonly tls: (people: TlsPeople) => Tls | undefined;
  /** The code of a TemporalError. */
  readonly code: string;
  readonly message: string;
  /** A variable that Stigmer's message names. */
  readonly variable?: string;
}

/** Connections that fail, with the expected error. */
export const wrong: readonly Wrong[] = [
  {
    what: "the certificate has expired",
    port: "expired",
    tls: ({ authority }) => ({ ca: authority }),
    code: "certificate-expired",
    message: "its certificate expired on 20",
  },
  {
    what: "the certificate is for another host",
    port: "otherHost",
    tls: ({ authority }) => ({ ca: authority }),
    code: "certificate-host",
    message: "its certificate is for elsewhere.example, not for localhost",
    variable: "STIGMER_BACKEND_ENDPOINT",
  },
  {
    what: "the CA is not the one that is set",
    port: "secure",
    tls: ({ stranger }) => ({ ca: stranger }),
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
    tls: ({ authority }) => ({ ca: authority }),
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
    tls: ({ authority }) => ({ ca: authority }),
    code: "client-certificate-wanted",
    message: "it wants a client certificate, and none is set",
    variable: "STIGMER_BACKEND_CLIENT_CERT_FILE",
  },
  {
    what: "the client certificate is refused",
    port: "mutual",
    tls: ({ authority, unknown }) => ({ ca: authority, client: unknown }),
    code: "client-certificate-refused",
    message: "it refuses the client certificate",
    variable: "STIGMER_BACKEND_CLIENT_CERT_FILE",
  },
  {
    what: "nobody listens",
    port: "nobody",
    tls: ({ authority }) => ({ ca: authority }),
    code: "refused",
    message: "connection refused: nothing listens there",
  },
  {
    what: "the host is unknown",
    port: "secure",
    host: "no-such-host.invalid",
    tls: ({ authority }) => ({ ca: authority }),
    code: "unknown-host",
    message: "the host name is unknown",
    variable: "STIGMER_BACKEND_ENDPOINT",
  },
  {
    what: "nobody answers to TLS",
    port: "silent",
    tls: ({ authority }) => ({ ca: authority }),
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
