import { compact, group, type PartOf } from "../group.ts";
import { host } from "../parsers/addresses.ts";
import { port, seconds, wholeNumber } from "../parsers/numbers.ts";
import { certificateFile } from "../parsers/paths.ts";
import { anyText, boolean } from "../parsers/words.ts";
import { setting } from "../setting.ts";
import { checkSwitchedOff } from "./tls-checks.ts";

/** Redis, which all replicas of cloud mode share. */
export const redis = group(
  {
    host: setting({
      name: "REDIS_HOST",
      parser: host,
      required: "Set it to the host of a Redis that all replicas share.",
      description: "Host of Redis.",
    }),
    port: setting({ name: "REDIS_PORT", parser: port, default: "6379", description: "Port of Redis." }),
    username: setting({
      name: "REDIS_USERNAME",
      parser: anyText,
      description: "User of Redis, if not the default one.",
    }),
    password: setting({ name: "REDIS_PASSWORD", parser: anyText, secret: true, description: "Password of Redis." }),
    db: setting({
      name: "REDIS_DB",
      parser: wholeNumber(0, 65_535),
      default: "0",
      description: "Database number of Redis.",
    }),
    tls: setting({
      name: "REDIS_TLS",
      parser: boolean,
      default: "false",
      description: "Use TLS for the connection to Redis.",
    }),
    caFile: setting({
      name: "REDIS_TLS_CA_FILE",
      parser: certificateFile,
      defaultNote: "the system's CAs",
      description: "CA of Redis' certificate, as a PEM file.",
    }),
    threadTtlMs: setting({
      name: "REDIS_THREAD_TTL",
      parser: seconds(60, 31_536_000),
      default: "2592000",
      description: "How long an agent's memory is kept after its last use, in seconds.",
    }),
    eventsTtlMs: setting({
      name: "REDIS_EVENTS_TTL",
      parser: seconds(60, 604_800),
      default: "3600",
      description: "How long the status events of an execution are kept for replay, in seconds.",
    }),
  },
  {
    check: (check) => checkSwitchedOff(check, "tls", ["caFile"]),
    resolve: ({ tls, caFile, ...rest }) => ({
      ...rest,
      /** Absent: plaintext. */
      tls: tls ? compact({ caFile }) : undefined,
    }),
  },
);

export type RedisConfig = PartOf<typeof redis>;
