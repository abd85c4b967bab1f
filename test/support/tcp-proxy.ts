/** A listener in front of a real server on loopback that passes every byte on, until it is cut off. */
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Closes every connection, and refuses new ones. */
  cut(): void;
  /** Passes connections on again. */
  mend(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startTcpProxy(to: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((outer) => {
    outer.on("error", () => outer.destroy());
    if (isCut) {
      outer.destroy();
      return;
    }
    const inner = connect(to);
    open.add(outer);
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
  const closeAll = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut: () => {
      isCut = true;
      closeAll();
    },
    mend: () => {
      isCut = false;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      closeAll();
    },
  };
}
