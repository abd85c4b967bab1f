import { describe, expect, test } from "bun:test";
import { engineAnswers, ping, type Service, startRedis, startTemporal, TEMPORAL } from "../support/services/index.ts";

describe.each<[string, () => Promise<Service>, (service: Service) => Promise<unknown>]>([
  ["Redis", () => startRedis({ password: "s3cret" }), (service) => ping(service, "s3cret")],
  ["Temporal", startTemporal, (service) => TEMPORAL.ready(service)],
])("%s for the wiring tests", (_, start, ask) => {
  test("runs in a container, keeps its port after a crash, and is removed when stopped", async () => {
    await using service = await start();
    expect(service.kind).toBe((await engineAnswers()) ? "container" : "process");
    await ask(service);
    await service.kill();
    await expect(ask(service)).rejects.toThrow();
    await service.restart();
    await ask(service);
    await service.stop();
    await expect(ask(service)).rejects.toThrow();
  });
});

test("Redis requires its password and persists data", async () => {
  await using redis = await startRedis({ password: "s3cret" });
  await expect(ping(redis)).rejects.toThrow();
  const { Redis } = await import("ioredis");
  const connect = () => new Redis({ host: redis.host, port: redis.port, password: "s3cret" });
  const before = connect();
  await before.set("key", "value");
  before.disconnect();
  await redis.kill();
  await redis.restart();
  const after = connect();
  expect(await after.get("key")).toBe("value");
  after.disconnect();
});
