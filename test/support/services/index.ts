/**
 * The servers of the wiring tests with one interface: containers if an engine is available, otherwise processes on free
 * ports. Servers with certificates, users and other special settings are in ../redis.ts and ../temporal.ts.
 */
import { Redis } from "ioredis";
import { checkNamespace } from "../../../src/temporal/client/index.ts";
import { startContainer } from "./container.ts";
import { engineAnswers, imageOf } from "./engine.ts";
import { startProcess } from "./native-process.ts";
import type { Address, Server, Service } from "./service.ts";

export type { ContainerService } from "./container.ts";
export { startContainer } from "./container.ts";
export { engineAnswers, imageOf } from "./engine.ts";
export type { Service } from "./service.ts";

export interface RedisOptions {
  readonly password?: string;
}

/** Redis with persistence across restarts. */
export async function startRedis({ password }: RedisOptions = {}): Promise<Service> {
  const server: Server = {
    port: 6379,
    args: ({ host, port }) => [
      ...["--bind", host, "--port", String(port), "--save", "", "--appendonly", "yes", "--appendfsync", "always"],
      ...(password === undefined ? ["--protected-mode", "no"] : ["--requirepass", password]),
    ],
    ready: async ({ host, port }) => {
      if ((await ping({ host, port }, password)) !== "PONG") throw new Error(`Redis at ${host}:${port} is not ready`);
    },
  };
  if (await engineAnswers()) return await startContainer(imageOf("TEST_REDIS_IMAGE"), server);
  return await startProcess("redis-server", server);
}

/** One PING on a new connection. */
export async function ping(address: Address, password?: string): Promise<string> {
  const client = new Redis({
    ...address,
    ...(password === undefined ? {} : { password }),
    lazyConnect: true,
    connectTimeout: 2_000,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await client.ping();
  } finally {
    client.disconnect();
  }
}

export const TEMPORAL: Server = {
  port: 7233,
  args: ({ host, port }) => [
    ...["server", "start-dev", "--headless", "--ip", host, "--port", String(port), "--log-level", "error"],
  ],
  ready: async ({ host, port }) => {
    const config = { address: `${host}:${port}`, namespace: "default", taskQueue: "", maxConcurrency: 1 };
    // Without the SDK's core: a connection that comes late would keep it, and what a test installs later would be refused.
    await checkNamespace(config);
  },
};

/** Temporal's development server, in memory. */
export async function startTemporal(): Promise<Service> {
  if (await engineAnswers()) return await startContainer(imageOf("TEST_TEMPORAL_IMAGE"), TEMPORAL);
  return await startProcess("temporal", TEMPORAL);
}
