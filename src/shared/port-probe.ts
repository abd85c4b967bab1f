import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type PeerCertificate } from "node:tls";
import { messageOf, systemCode } from "./errors.ts";
import type { NetAddress } from "./net-address.ts";

/** Time limit of one probe. */
const PROBE_MS = 2_000;

/** PEM texts and the server name of a TLS connection. */
export interface TlsOptions {
  /** Name that the certificate must carry; absent: the host. */
  readonly serverName?: string;
  /** Absent: the system's. */
  readonly ca?: string | Buffer;
  readonly client?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

/** How a port reacted to a probe. */
export interface ProbeResult {
  /** Whether a connection was made; with TLS, whether the handshake was completed. */
  readonly connected: boolean;
  /** The first that it sent. */
  readonly answer?: Buffer;
  /** Whether the server closed the connection. */
  readonly closed: boolean;
  /** The system's or the TLS library's code of what went wrong, and its text. */
  readonly error?: { readonly code: string; readonly text: string };
  /** What speaks against the certificate, and the certificate. */
  readonly certificate?: { readonly code: string; readonly peer: PeerCertificate };
}

/** The HTTP/2 connection preface with empty settings (RFC 9113, 3.4). A gRPC server answers with its own settings. */
export const HTTP2_PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");

/** Probes with TLS and HTTP/2. The latter shows problems that a server reports only after the handshake. */
export async function probeTls(
  { host, port }: NetAddress,
  { serverName, ca, client }: TlsOptions,
): Promise<ProbeResult> {
  const name = serverName ?? host;
  const options: ConnectionOptions = {
    host,
    port,
    ALPNProtocols: ["h2"],
    // The certificate is looked at below: a refused one could not be described. Nothing secret is sent.
    rejectUnauthorized: false,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...client,
  };
  return await probe((seen) => {
    const socket = connectTls(options, () => {
      seen.connected = true;
      const problem = socket.authorizationError as Error | string | undefined | null;
      if (!socket.authorized && problem) {
        const code = systemCode(problem) ?? messageOf(problem);
        seen.certificate = { code, peer: socket.getPeerCertificate() };
        socket.destroy();
      } else socket.write(HTTP2_PREFACE);
    });
    return socket;
  });
}

/** Whether a server completes a TLS handshake, with any certificate. */
export async function speaksTls({ host, port }: NetAddress): Promise<boolean> {
  const seen = await probe((seen) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false }, () => {
      seen.connected = true;
      socket.destroy();
    });
    return socket;
  });
  // A server that wants a client certificate may break the handshake off, in TLS.
  return seen.connected || /ALERT/.test(seen.error?.code ?? "");
}

/** Probes without TLS. @param greeting the bytes to send; without it only the connection is tested */
export async function probeTcp({ host, port }: NetAddress, greeting?: string | Buffer): Promise<ProbeResult> {
  return await probe((seen) => {
    const socket = connectTcp({ host, port }, () => {
      seen.connected = true;
      if (greeting === undefined) socket.destroy();
      else socket.write(greeting);
    });
    return socket;
  });
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

async function probe(open: (seen: Mutable<ProbeResult>) => Socket): Promise<ProbeResult> {
  const seen: Mutable<ProbeResult> = { connected: false, closed: false };
  const { promise, resolve } = Promise.withResolvers<void>();
  let socket: Socket | undefined;
  let ours = false;
  const timer = setTimeout(() => {
    ours = true;
    resolve();
  }, PROBE_MS);
  try {
    socket = open(seen);
    socket.on("error", (error) => {
      seen.error ??= { code: systemCode(error) ?? "", text: messageOf(error) };
    });
    socket.on("data", (answer: Buffer) => {
      seen.answer ??= answer;
      resolve();
    });
    socket.on("close", () => {
      seen.closed = !ours;
      resolve();
    });
    await promise;
  } catch (error) {
    seen.error = { code: systemCode(error) ?? "", text: messageOf(error) };
  } finally {
    clearTimeout(timer);
    ours = true;
    socket?.destroy();
  }
  return { ...seen };
}
