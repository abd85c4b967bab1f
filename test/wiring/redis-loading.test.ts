import { expect, test } from "bun:test";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { until } from "../support/eventually.ts";
import { startRedis } from "../support/redis.ts";

test("a start waits for a Redis that is still loading its data", async () => {
  await using server = await startRedis({ persistent: true, args: ["--key-load-delay", "500"] });
  const filling = await RedisConnection.open(server.config, silentLogger);
  const script = 'for i = 1, 6000 do redis.call("SET", "key:" .. i, "value") end';
  await filling.run((client) => client.eval(script, 0));
  filling.close();
  await server.kill();

  const restarted = server.restart();
  const answer = () => server.command("GET", "key:1").then(String, String);
  await until("it reads its data", async () => (await answer()).includes("LOADING"));
  // However long it takes on this machine.
  const limits = { connectMs: 120_000, loadingMs: 120_000 };
  const redis = await RedisConnection.open(server.config, silentLogger, limits);
  expect(await redis.probe()).toBeUndefined();
  redis.close();
  await restarted;
});
