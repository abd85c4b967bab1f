/** A TCP proxy on loopback that passes every byte on, and counts those that clients send. */
import { connect, createServer, type Socket } from "node:net";

export interface CountingProxy {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** Bytes that clients have sent since the start. */
  readonly sent: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param to `host:port` of the server behind it */
export async function startCountingProxy(to: string): Promise<CountingProxy> {
  const colon = to.lastIndexOf(":");
  const target = { host: to.slice(0, colon), port: Number(to.slice(colon + 1)) };
  const open = new Set<Socket>();
  let sent = 0;
  const server = createServer((outer) => {
    open.add(outer);
    const inner = connect(target);
    outer.on("data", (bytes) => {
      sent += bytes.length;
    });
    outer.on("error", () => inner.destroy());
    inner.on("error", () => outer.destroy());
    outer.on("close", () => {
      open.delete(outer);
      inner.destroy();
    });
    inner.on("close", () => outer.destroy());
    outer.pipe(inner).pipe(outer);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    get sent() {
      return sent;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
