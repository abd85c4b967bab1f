import * as v from "valibot";
import { certificateFile, readableFile } from "../parsers/files.ts";
import {
  anyText,
  apiKey,
  boolean,
  host,
  hostMaybePort,
  hostPort,
  httpUrl,
  oneOf,
  port,
  seconds,
  wholeNumber,
} from "../parsers/parsers.ts";
import { optional, required, withDefault } from "../setting.ts";
import { model, PROVIDERS } from "./model.ts";
import { runner } from "./runner.ts";
import { secret } from "./secret.ts";
import { stigmer } from "./stigmer.ts";
import { temporal } from "./temporal.ts";

export const ORPHAN_COLLECTION = ["on", "report", "off"] as const;

/** The variables of `MODE=cloud`. */
export const cloudSettings = v.object({
  MODE: v.literal("cloud"),
  ...temporal,
  STIGMER_BACKEND_ENDPOINT: withDefault(hostPort, "localhost:8080", "The Stigmer backend's gRPC address."),
  ...stigmer,
  STIGMER_API_KEY: optional(
    apiKey,
    "The runner's token (a JWT) for the Stigmer backend; this or STIGMER_API_KEY_FILE.",
    secret,
  ),
  STIGMER_API_KEY_FILE: optional(readableFile, "File with the token; read again when it changes."),
  STIGMER_API_KEY_VERIFY: withDefault(
    oneOf(["lenient", "strict"]),
    "lenient",
    "Where the issuer's keys cannot be fetched: `lenient` warns and checks the claims only, `strict` stops the start.",
  ),
  AUTH0_DOMAIN: optional(hostMaybePort, "Issuer of the token, as a domain.", { defaultNote: "the token's own `iss`" }),
  AUTH0_AUDIENCE: optional(anyText, "Audience that the token must name.", { defaultNote: "not checked" }),
  STIGMER_LLM_PROVIDER: optional(oneOf(PROVIDERS), "Provider of the default model.", {
    defaultNote: "what STIGMER_LLM_MODEL's name tells, else anthropic",
  }),
  STIGMER_LLM_MAX_TOKENS: withDefault(
    wholeNumber(1, 1_000_000),
    "20000",
    "Longest answer, in tokens. Of an answer that it cuts off no tool call is executed.",
  ),
  ...model,
  SANDBOX_TYPE: withDefault(oneOf(["daytona"]), "daytona", "Where tools act."),
  DAYTONA_API_KEY: required(
    anyText,
    "API key of Daytona.",
    "Create one in Daytona's dashboard (https://app.daytona.io/dashboard/keys) and set it.",
    secret,
  ),
  DAYTONA_API_URL: withDefault(httpUrl, "https://app.daytona.io/api", "Daytona's API."),
  DAYTONA_TARGET: optional(anyText, "Daytona's region.", { defaultNote: "the organization's" }),
  DAYTONA_DEV_TOOLS_SNAPSHOT_ID: optional(anyText, "Snapshot that sandboxes are made from.", {
    defaultNote: "Daytona's plain one",
  }),
  DAYTONA_AUTO_STOP_MINUTES: withDefault(
    wholeNumber(1, 1440),
    "30",
    "Minutes of idleness after which a sandbox is stopped.",
  ),
  DAYTONA_AUTO_DELETE_MINUTES: withDefault(
    wholeNumber(1, 525_600),
    "10080",
    "Minutes after which a stopped sandbox is deleted.",
  ),
  DAYTONA_ORPHAN_COLLECTION: withDefault(
    oneOf(ORPHAN_COLLECTION),
    "on",
    "Whether sandboxes that are no longer needed are deleted: `on`, `off`, or `report`, which only logs them.",
  ),
  REDIS_HOST: required(host, "Redis.", "Set it to the host of a Redis that all replicas share."),
  REDIS_PORT: withDefault(port, "6379", "Redis' port."),
  REDIS_USERNAME: optional(anyText, "Redis' user, where it has more than the default one."),
  REDIS_PASSWORD: optional(anyText, "Redis' password.", secret),
  REDIS_DB: withDefault(wholeNumber(0, 65_535), "0", "Redis' database."),
  REDIS_TLS: withDefault(boolean, "false", "TLS to Redis."),
  REDIS_TLS_CA_FILE: optional(certificateFile, "CA (PEM file) that signed Redis' certificate.", {
    defaultNote: "the system's",
  }),
  REDIS_THREAD_TTL: withDefault(
    seconds(60, 31_536_000),
    "2592000",
    "Seconds that an agent's memory is kept after its last use.",
  ),
  REDIS_EVENTS_TTL: withDefault(
    seconds(60, 604_800),
    "3600",
    "Seconds that the status events of an execution are kept for replay.",
  ),
  ...runner,
});

export type CloudSettings = v.InferOutput<typeof cloudSettings>;
