import type { Redis } from "ioredis";

/** Written by every health check, to see whether Redis accepts writes. */
const PROBE_KEY = "stigmer:agent-runner:probe";
const PROBE_LIFE_MS = 60_000;

/** Each command that the runner uses, on each kind of keys. */
const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ["eval", "return 1", "1", "stigmer:lock:probe"],
  ["get", "stigmer:lock:probe"],
  ["set", "stigmer:lock:probe", "1", "PX", "1000"],
  ["del", "stigmer:lock:probe"],
  ["hset", "stigmer:thread:probe", "field", "value"],
  ["hsetnx", "stigmer:thread:probe", "field", "value"],
  ["hexists", "stigmer:thread:probe", "field"],
  ["hget", "stigmer:thread:probe", "field"],
  ["hmget", "stigmer:thread:probe", "field"],
  ["hgetall", "stigmer:thread:probe"],
  ["hkeys", "stigmer:thread:probe"],
  ["hvals", "stigmer:thread:probe"],
  ["hdel", "stigmer:thread:probe", "field"],
  ["sadd", "stigmer:thread:probe", "member"],
  ["smembers", "stigmer:thread:probe"],
  ["srem", "stigmer:thread:probe", "member"],
  ["exists", "stigmer:queue:probe"],
  ["pttl", "stigmer:queue:probe"],
  ["zcard", "stigmer:queue:probe"],
  ["zadd", "stigmer:threads", "0", "member"],
  ["zrange", "stigmer:threads", "0", "0"],
  ["zrevrange", "stigmer:threads", "0", "0"],
  ["zrangebyscore", "stigmer:threads", "0", "0"],
  ["zremrangebyscore", "stigmer:threads", "0", "0"],
  ["zrem", "stigmer:threads", "member"],
  ["xadd", "stigmer:agent-execution:probe:stream", "*", "field", "value"],
  ["xrange", "stigmer:agent-execution:probe:stream", "-", "+"],
  ["xrevrange", "stigmer:agent-execution:probe:stream", "+", "-"],
  ["xtrim", "stigmer:agent-execution:probe:stream", "MINID", "0"],
  ["del", "stigmer:agent-execution:probe:stream"],
  ["pexpire", "stigmer:agent-execution:probe:stream", "1"],
  ["publish", "stigmer:agent-execution:probe", ""],
];

/** Writes a small key that expires soon. @throws if Redis rejects writes */
export async function writeProbe(client: Redis): Promise<void> {
  await client.set(PROBE_KEY, Date.now(), "PX", PROBE_LIFE_MS);
}

/**
 * Finds out whether this user may run all commands that will be needed, with a transaction that is discarded. Redis checks
 * the rights, and whether it accepts writes, when a command is queued. Nothing is executed, so nothing is written.
 * @throws the first refusal
 */
export async function checkPermissions(client: Redis): Promise<void> {
  const commands = [["multi"], ...COMMANDS, ["discard"]] as const;
  const answers = await Promise.allSettled(commands.map(([name, ...words]) => client.call(name, ...words)));
  const refused = answers.find((answer) => answer.status === "rejected");
  if (refused !== undefined) throw refused.reason;
}
