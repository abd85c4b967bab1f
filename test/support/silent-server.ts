import { createServer } from "node:net";

export interface SilentServer {
  readonly port: number;
  /** Resolves when somebody has connected. */
  readonly connected: Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A TCP server that accepts connections and never answers. */
export async function startSilentServer(): Promise<SilentServer> {
  const connected = Promise.withResolvers<void>();
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    connected.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    connected: connected.promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
