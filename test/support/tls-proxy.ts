/** A real TLS listener in front of a real plaintext server, like a load balancer's: it forwards every byte. */
import { connect } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { TestCertificate } from "./certificates.ts";

export interface TlsProxyOptions {
  /** Port on loopback that the decrypted bytes go to. */
  readonly to: number;
  readonly certificate: TestCertificate;
  /** Address on loopback that it listens on. */
  readonly address?: string;
  /** PEM of the CA that client certificates must be signed by; absent: none is asked for. */
  readonly clientCa?: string;
}

export interface TlsProxy {
  readonly port: number;
  /** Connections whose handshake was completed. */
  readonly connections: number;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startTlsProxy({
  to,
  certificate,
  address: on = "127.0.0.1",
  clientCa,
}: TlsProxyOptions): Promise<TlsProxy> {
  const open = new Set<TLSSocket>();
  let connections = 0;
  const server = createServer(
    {
      cert: certificate.cert,
      key: certificate.key,
      ALPNProtocols: ["h2"],
      ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
    },
    (outer) => {
      connections += 1;
      open.add(outer);
      const inner = connect({ host: "127.0.0.1", port: to });
      outer.on("error", () => inner.destroy());
      inner.on("error", () => outer.destroy());
      outer.on("close", () => {
        open.delete(outer);
        inner.destroy();
      });
      inner.on("close", () => outer.destroy());
      outer.pipe(inner).pipe(outer);
    },
  );
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, on, resolve);
  await promise;
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
