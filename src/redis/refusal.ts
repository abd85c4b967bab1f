import { messageOf } from "../shared/errors.ts";
import type { RedisErrorCode } from "./redis-error.ts";

/** The error of a Redis that is reachable but refuses a command. */
export interface Refusal {
  readonly code: RedisErrorCode;
  /** For people, without what depends on the command. */
  readonly reason: string;
}

const REFUSALS: readonly (readonly [reply: RegExp, code: RedisErrorCode, reason: string])[] = [
  [/^WRONGPASS/, "password-wrong", "it refuses the user or the password (WRONGPASS)"],
  [/^NOAUTH/, "password-missing", "it requires a password, and none is set (NOAUTH)"],
  [/^READONLY/, "read-only", "it rejects writes because it is a replica (READONLY)"],
  [/^OOM/, "full", "it rejects writes because its memory is full (OOM)"],
  [/^MISCONF/, "cannot-save", "it rejects writes because it cannot save them (MISCONF)"],
  [/^NOREPLICAS/, "no-replicas", "it rejects writes because it has too few replicas (NOREPLICAS)"],
  [/^(MOVED|ASK|CROSSSLOT) |not allowed in cluster mode/, "cluster", "it is a Redis Cluster"],
  [/^(LOADING|MASTERDOWN)/, "loading", "it is not ready yet (LOADING)"],
];
/** Its text names the command, key or channel. Inside scripts, older versions use another text. */
const NOT_ALLOWED = /^NOPERM|^ERR The user executing the script/;

/** The refusal that an error of the client reports; `undefined` for other errors. */
export function refusalOf(error: unknown): Refusal | undefined {
  const text = messageOf(error);
  if (NOT_ALLOWED.test(text)) return { code: "not-allowed", reason: text };
  const found = REFUSALS.find(([reply]) => reply.test(text));
  return found && { code: found[1], reason: found[2] };
}
