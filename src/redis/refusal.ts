import { messageOf } from "../shared/errors.ts";
import type { RedisErrorCode } from "./redis-error.ts";

/** An answer of a Redis that is there, but does not do what it is told. */
export interface Refusal {
  readonly code: RedisErrorCode;
  /** For people, without what differs from command to command. */
  readonly reason: string;
}

const REFUSALS: readonly (readonly [reply: RegExp, code: RedisErrorCode, reason: string])[] = [
  [/^WRONGPASS/, "password-wrong", "it refuses the user or the password (WRONGPASS)"],
  [/^NOAUTH/, "password-missing", "it wants a password, and none is set (NOAUTH)"],
  [/^READONLY/, "read-only", "it takes no writes, since it is a replica (READONLY)"],
  [/^OOM/, "full", "it takes no writes, since its memory is full (OOM)"],
  [/^MISCONF/, "cannot-save", "it takes no writes, since it cannot save them (MISCONF)"],
  [/^NOREPLICAS/, "no-replicas", "it takes no writes, since too few replicas follow it (NOREPLICAS)"],
  [/^(MOVED|ASK|CROSSSLOT) |not allowed in cluster mode/, "cluster", "it is a Redis Cluster"],
  [/^(LOADING|MASTERDOWN)/, "loading", "it is not ready yet (LOADING)"],
];
/** Its text names the command, or says that it was a key or a channel. Within scripts older versions say it in other words. */
const NOT_ALLOWED = /^NOPERM|^ERR The user executing the script/;

/** What an error of the client says that Redis refuses, or `undefined` where it is another error. */
export function refusalOf(error: unknown): Refusal | undefined {
  const text = messageOf(error);
  if (NOT_ALLOWED.test(text)) return { code: "not-allowed", reason: text };
  const found = REFUSALS.find(([reply]) => reply.test(text));
  return found && { code: found[1], reason: found[2] };
}
