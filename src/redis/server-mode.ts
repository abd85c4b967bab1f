import type { Redis } from "ioredis";

/** What a server is that is no single Redis. */
export class OtherServerMode extends Error {
  override readonly name = "OtherServerMode";
  readonly mode: "cluster" | "sentinel";

  constructor(mode: "cluster" | "sentinel") {
    super(`the server is in the mode ${mode}`);
    this.mode = mode;
  }
}

/**
 * Makes sure that this is a single Redis, which has all keys. Every user may ask that; a server that does not tell (an older
 * one, a proxy) is believed to be one.
 * @throws OtherServerMode
 */
export async function checkMode(client: Redis): Promise<void> {
  const answer = await client.call("HELLO").catch(() => undefined);
  const mode = fieldOf(answer, "mode");
  if (mode === "cluster" || mode === "sentinel") throw new OtherServerMode(mode);
}

/** A value of an answer that is a list of names and values, or a map of them. */
function fieldOf(answer: unknown, name: string): unknown {
  if (Array.isArray(answer)) return answer[answer.indexOf(name) + 1];
  if (answer instanceof Map) return answer.get(name);
  return typeof answer === "object" && answer !== null && Object.hasOwn(answer, name)
    ? (answer as Record<string, unknown>)[name]
    : undefined;
}
