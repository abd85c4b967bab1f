import type { RedisConnection } from "../redis/index.ts";

/** Keys for the Stigmer backend, and the organization at Daytona, of the runners that share this Redis. */
export const BACKEND_KEY = "stigmer:agent-runner:backend";
export const ORGANIZATION_KEY = "stigmer:agent-runner:daytona-organization";

/** Names the replicas that share this Redis, and with it sessions and their sandboxes. */
export const GROUP_KEY = "stigmer:agent-runner:group";

/** Stores a value that all runners of this Redis must share, unless one has done so. @returns the stored value */
export async function bind(redis: RedisConnection, key: string, value: string): Promise<string> {
  return (await redis.run((client) => client.set(key, value, "NX", "GET"))) ?? value;
}
