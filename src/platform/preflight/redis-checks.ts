import type { RedisConfig } from "../../config/index.ts";
import { silentLogger } from "../../log/index.ts";
import { RedisConnection, readServerInfo } from "../../redis/index.ts";
import { type Check, type CheckResult, checkOf, passed, skipped } from "../../shared/check.ts";
import { memoryResult, persistenceResult } from "./redis-server.ts";

/** Shorter than at the start, so that what is wrong is known within the limit of a check. */
const LIMITS = { connectMs: 2_500, loadingMs: 1_000 };

const AREA = "Redis";

/** A single Redis that accepts writes, with a user that has all rights that are needed; and how it keeps what it has. */
export function redisChecks(config: RedisConfig | undefined): readonly Check[] {
  // One connection answers all questions.
  let asked: ReturnType<typeof ask> | undefined;
  const answer = (redis: RedisConfig) => (asked ??= ask(redis));
  const server = (id: string, title: string, result: typeof memoryResult): Check =>
    checkOf({ id: `redis.${id}`, area: AREA, title }, config, async (redis): Promise<CheckResult> => {
      // Why there is no connection is what the first check says.
      const found = await answer(redis).catch(() => undefined);
      return found === undefined ? skipped("Redis cannot be asked") : result(found);
    });
  return [
    checkOf({ id: "redis", area: AREA, title: "Redis" }, config, async (redis) => {
      const { address, info } = await answer(redis);
      const [version, role] = [info?.get("redis_version"), info?.get("role")];
      const about = [
        `${address}, database ${redis.db}`,
        ...(version === undefined ? [] : [`version ${version}`]),
        ...(role === undefined ? [] : [role]),
        "the user has all rights that are needed",
      ];
      return passed(about.join(", "));
    }),
    server("memory", "Redis memory", memoryResult),
    server("persistence", "Redis persistence", persistenceResult),
  ];
}

/** Opens a connection, as the start does. @throws RedisError */
export async function open(config: RedisConfig): Promise<{ readonly connection: RedisConnection } & Disposable> {
  const connection = await RedisConnection.open(config, silentLogger, LIMITS);
  return { connection, [Symbol.dispose]: () => connection.close() };
}

/** Connects, which checks the rights, and asks the server about itself. @throws RedisError */
async function ask(config: RedisConfig) {
  using opened = await open(config);
  const { connection } = opened;
  return { address: connection.address, ...(await readServerInfo(connection)) };
}
