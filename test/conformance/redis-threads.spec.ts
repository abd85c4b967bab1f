/** LangGraph's own suite for checkpoint savers, on a real Redis. Run by vitest under Bun: the suite is made for vitest. */
import { validate } from "@langchain/langgraph-checkpoint-validation";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { CheckpointSaver } from "../../src/threads/checkpoint-saver.ts";
import { RedisCheckpointStorage } from "../../src/threads/redis/redis-checkpoint-storage.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

let server: TestRedis;
let redis: RedisConnection;

validate({
  checkpointerName: "agent-runner-redis",
  beforeAll: async () => {
    server = await startRedis();
    redis = await RedisConnection.open(server.config, silentLogger);
  },
  createCheckpointer: async () => {
    await redis.run((client) => client.flushdb());
    // The suite looks for every checkpoint that it wrote.
    return new CheckpointSaver(new RedisCheckpointStorage(redis, 600_000), Number.POSITIVE_INFINITY);
  },
  afterAll: async () => {
    redis.close();
    await server[Symbol.asyncDispose]();
  },
});
