import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/** Below the ports that systems give to outgoing connections: one of those could take a port before its server does. */
const FIRST = 10_000;
const LAST = 32_000;

/** Finds free ports. All are kept open until all are known, so that none is returned twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function listen(): Promise<Server> {
  for (;;) {
    const server = createServer();
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    server.once("error", (error) => ("code" in error && error.code === "EADDRINUSE" ? resolve(false) : reject(error)));
    server.listen(randomInt(FIRST, LAST), "127.0.0.1", () => resolve(true));
    if (await promise) return server;
  }
}
