import type { RedisClient, RedisConnection } from "./redis-connection.ts";
import { refusalOf } from "./refusal.ts";

/** What a Redis tells about itself. */
export interface RedisServerInfo {
  /** The fields of INFO; `undefined` if this user may not see them. */
  readonly info: ReadonlyMap<string, string> | undefined;
  /** When snapshots are saved, as `CONFIG GET save` says; empty: never. `undefined` if this user may not see it. */
  readonly snapshots: string | undefined;
}

/** Asks a Redis about itself. Managed ones, and those that limit the user, hide some of it. @throws RedisError */
export async function readServerInfo(connection: RedisConnection): Promise<RedisServerInfo> {
  const [info, snapshots] = await Promise.all([
    visible(connection, async (client) => parse(await client.info())),
    visible(connection, async (client) => {
      const found = await client.call("CONFIG", "GET", "save");
      return Array.isArray(found) && typeof found[1] === "string" ? found[1] : undefined;
    }),
  ]);
  return { info, snapshots };
}

/** @returns `undefined` if Redis refuses the command or does not have it @throws RedisError if it does not answer */
async function visible<T>(
  connection: RedisConnection,
  ask: (client: RedisClient) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await connection.run(ask);
  } catch (error) {
    if (isHidden(error)) return undefined;
    throw error;
  }
}

/** Commands that are forbidden, or renamed. */
function isHidden(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return refusalOf(cause)?.code === "not-allowed" || (cause instanceof Error && /^ERR\b/.test(cause.message));
}

/** Lines of `name:value`, under headings. */
function parse(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(":");
      return colon < 1 || line.startsWith("#") ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}
