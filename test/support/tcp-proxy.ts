/**
 * A TCP proxy on loopback that counts bytes from clients, can withhold everything like a hanging server, and can cut
 * connections.
 */
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** Bytes that clients have sent since the start. */
  readonly sent: number;
  /** Takes connections, and passes nothing on. */
  hold(): void;
  /** Passes on what was held back, and all that comes. */
  release(): void;
  /** Closes every connection, and new ones at once. */
  cut(): void;
  /** Passes new connections on again. */
  mend(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param to `host:port` of the server behind it */
export async function startTcpProxy(to: string): Promise<TcpProxy> {
  const colon = to.lastIndexOf(":");
  const target = { host: to.slice(0, colon), port: Number(to.slice(colon + 1)) };
  const open = new Set<Socket>();
  let sent = 0;
  let held = false;
  let isCut = false;
  const server = createServer((outer) => {
    if (isCut) {
      outer.destroy();
      return;
    }
    const inner = connect(target);
    join(outer, inner, (bytes) => {
      sent += bytes;
    });
    join(inner, outer);
  });
  /** Passes on what one of the two says. */
  const join = (from: Socket, other: Socket, count: (bytes: number) => void = () => undefined) => {
    open.add(from);
    if (held) from.pause();
    from.on("data", (bytes) => {
      count(bytes.length);
      other.write(bytes);
    });
    from.on("error", () => other.destroy());
    from.on("close", () => {
      open.delete(from);
      other.destroy();
    });
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    get sent() {
      return sent;
    },
    hold: () => {
      held = true;
      for (const socket of open) socket.pause();
    },
    release: () => {
      held = false;
      for (const socket of open) socket.resume();
    },
    cut: () => {
      isCut = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      isCut = false;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
