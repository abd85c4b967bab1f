import { RunnerError } from "../shared/runner-error.ts";

export type RedisErrorCode =
  | "refused"
  | "unknown-host"
  | "timeout"
  | "password-missing"
  | "password-wrong"
  | "not-allowed"
  | "read-only"
  | "full"
  | "cannot-save"
  | "no-replicas"
  | "loading"
  | "tls-expected"
  | "plaintext-expected"
  | "certificate"
  | "no-database"
  | "not-redis"
  | "cluster"
  | "sentinel"
  | "lost";

/** Why Redis cannot be used. The message names the address, never the password. */
export class RedisError extends RunnerError<RedisErrorCode> {
  override readonly name = "RedisError";
  override readonly headline = "Redis cannot be used";

  constructor(code: RedisErrorCode, message: string, cause?: unknown) {
    super(code, message, { remedies: REMEDIES[code], cause });
  }
}

const REMEDIES: Readonly<Record<RedisErrorCode, readonly string[]>> = {
  refused: ["Redis is not running there: start it.", "REDIS_HOST or REDIS_PORT is wrong: check them."],
  "unknown-host": ["REDIS_HOST is misspelled, or is known only inside another network: check it."],
  timeout: [
    "A firewall or network policy drops the connection: try `nc -vz <host> <port>` from here.",
    "Redis is overloaded or stuck: look at its log.",
  ],
  "password-missing": ["Redis requires a password: set REDIS_PASSWORD (and REDIS_USERNAME, if it has users)."],
  "password-wrong": ["The password or the user is wrong: check REDIS_PASSWORD and REDIS_USERNAME."],
  "not-allowed": [
    "The Redis user lacks permissions: `ACL SETUSER <user> resetkeys ~stigmer:* resetchannels &stigmer:agent-execution:* &stigmer:agent-runner:* +@read +@write +@connection +@transaction +publish +subscribe +eval -@dangerous` grants all that are needed.",
  ],
  "read-only": [
    "REDIS_HOST names a replica: name the primary.",
    "The primary has changed: point the name to the new one; the runner reconnects by itself.",
  ],
  full: ["Redis has reached its maxmemory: give it more, or set a shorter REDIS_THREAD_TTL."],
  "cannot-save": ["Redis cannot save to its disk: free space there, or look at its log."],
  "no-replicas": ["Redis requires more replicas (min-replicas-to-write): start them again."],
  loading: ["Redis is starting, or waiting for its primary: try again when it is ready."],
  "tls-expected": ["This port speaks TLS: set REDIS_TLS=true, and REDIS_TLS_CA_FILE for a private CA."],
  "plaintext-expected": ["This port does not speak TLS: unset REDIS_TLS, or use the TLS port."],
  certificate: [
    "The certificate is signed by a CA that is not known here: set REDIS_TLS_CA_FILE.",
    "The certificate has expired or is for another name: renew it, or correct REDIS_HOST.",
  ],
  "no-database": ["Redis has no database of this number: correct REDIS_DB."],
  "not-redis": ["Something else listens there: check REDIS_HOST and REDIS_PORT."],
  cluster: [
    "The runner needs one Redis with all keys: name one without cluster mode, for example a primary with replicas.",
  ],
  sentinel: [
    "Name the primary that it watches, or a name that follows it (a proxy, a service): `redis-cli -h <host> -p <port> sentinel masters` lists it.",
  ],
  lost: ["Redis is not reachable: check that it runs and that the network is up."],
};
