import type { Redis } from "ioredis";

/** A server that is not a single Redis. */
export class ServerModeError extends Error {
  override readonly name = "ServerModeError";
  readonly mode: "cluster" | "sentinel";

  constructor(mode: "cluster" | "sentinel") {
    super(`the server is in the mode ${mode}`);
    this.mode = mode;
  }
}

/**
 * Makes sure that this is a single Redis, which has all keys. Every user may run the command. A server that does not
 * support it (an older one, a proxy) is assumed to be a single Redis.
 * @throws ServerModeError
 */
export async function checkMode(client: Redis): Promise<void> {
  const answer = await client.call("HELLO").catch(() => undefined);
  const mode = fieldOf(answer, "mode");
  if (mode === "cluster" || mode === "sentinel") throw new ServerModeError(mode);
}

/** A value in an answer that is a list of names and values, or a map. */
function fieldOf(answer: unknown, name: string): unknown {
  if (Array.isArray(answer)) return answer[answer.indexOf(name) + 1];
  if (answer instanceof Map) return answer.get(name);
  return typeof answer === "object" && answer !== null && Object.hasOwn(answer, name)
    ? (answer as Record<string, unknown>)[name]
    : undefined;
}
