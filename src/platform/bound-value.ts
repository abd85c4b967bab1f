import type { RedisConnection } from "../redis/index.ts";

/** To which Stigmer backend, and to which organization at Daytona, the runners of this Redis belong. */
export const BACKEND_KEY = "stigmer:agent-runner:backend";
export const ORGANIZATION_KEY = "stigmer:agent-runner:daytona-organization";

/** Writes a value down that all runners of this Redis must have in common; the first one does. @returns what is there */
export async function bind(redis: RedisConnection, key: string, value: string): Promise<string> {
  return (await redis.run((client) => client.set(key, value, "NX", "GET"))) ?? value;
}
