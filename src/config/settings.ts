import * as v from "valibot";
import { LOG_FORMATS, LOG_LEVELS } from "../log/index.ts";
import {
  anyText,
  boolean,
  decimalNumber,
  host,
  hostPort,
  httpUrl,
  listenPort,
  oneOf,
  port,
  seconds,
  wholeNumber,
} from "./kinds.ts";
import { optional, required, withDefault } from "./setting.ts";

export const MODES = ["cloud", "local"] as const;
export const PROVIDERS = ["ollama", "anthropic", "openai", "scripted"] as const;
export type Provider = (typeof PROVIDERS)[number];
export const STREAMING = ["messages", "tokens"] as const;

const secret = { public: false } as const;

const temporal = {
  TEMPORAL_SERVICE_ADDRESS: withDefault(hostPort, "localhost:7233", "Temporal's frontend.", {
    also: ["TEMPORAL_ADDRESS"],
  }),
  TEMPORAL_NAMESPACE: withDefault(anyText, "default", "Temporal's namespace."),
  TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: withDefault(
    anyText,
    "agent_execution_runner",
    "The task queue to poll.",
    {
      also: ["TASK_QUEUE"],
    },
  ),
  TEMPORAL_MAX_CONCURRENCY: withDefault(wholeNumber(1, 1000), "10", "Executions that run at once; further ones wait."),
  TEMPORAL_TLS: optional(boolean, "TLS to Temporal.", {
    defaultNote: "on where a certificate, a CA or TEMPORAL_API_KEY is set",
  }),
  TEMPORAL_TLS_CLIENT_CERT_PATH: optional(anyText, "Client certificate (PEM file) for mutual TLS with Temporal."),
  TEMPORAL_TLS_CLIENT_KEY_PATH: optional(anyText, "Private key (PEM file) of the client certificate."),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: optional(anyText, "CA (PEM file) that signed Temporal's certificate.", {
    defaultNote: "the system's",
  }),
  TEMPORAL_TLS_SERVER_NAME: optional(anyText, "Name that Temporal's certificate must carry.", {
    defaultNote: "the host of TEMPORAL_SERVICE_ADDRESS",
  }),
  TEMPORAL_API_KEY: optional(anyText, "API key of Temporal Cloud.", secret),
};

const stigmer = {
  STIGMER_BACKEND_TLS: optional(boolean, "TLS to the Stigmer backend.", {
    defaultNote: "on where the endpoint ends in :443",
  }),
};

const model = {
  STIGMER_LLM_MODEL: optional(anyText, "The default model: `name` or `provider:name`.", {
    defaultNote: "qwen2.5-coder:7b (ollama), claude-sonnet-4.5 (anthropic), gpt-4o (openai)",
  }),
  STIGMER_LLM_BASE_URL: optional(
    httpUrl,
    "Base URL of the provider; where the provider is not Ollama, Ollama's address is ignored.",
  ),
  OLLAMA_BASE_URL: optional(httpUrl, "Where Ollama listens.", {
    defaultNote: "STIGMER_LLM_BASE_URL where the provider is Ollama, else http://localhost:11434",
  }),
  STIGMER_LLM_API_KEY: optional(anyText, "API key of the provider.", secret),
  ANTHROPIC_API_KEY: optional(anyText, "API key of Anthropic, where STIGMER_LLM_API_KEY is not set for it.", secret),
  OPENAI_API_KEY: optional(anyText, "API key of OpenAI, where STIGMER_LLM_API_KEY is not set for it.", secret),
  STIGMER_LLM_TEMPERATURE: withDefault(decimalNumber(0, 2), "0", "Sampling temperature; 0 is the most predictable."),
  STIGMER_LLM_SCRIPT: optional(
    anyText,
    "YAML file that the provider `scripted` plays: no model, for demonstrations and tests.",
  ),
};

const process = {
  STATUS_STREAMING: withDefault(
    oneOf(STREAMING),
    "messages",
    "`messages`: a message is sent when it is complete; `tokens`: it is sent while it grows. The Stigmer CLI prints each message once, when it first sees it.",
  ),
  SANDBOX_COMMAND_TIMEOUT: withDefault(
    seconds(1, 86_400),
    "120",
    "Seconds that one command of the agent may take; then its processes are stopped.",
  ),
  STIGMER_DATA_DIR: withDefault(
    anyText,
    "~/.stigmer/agent-runner",
    "Where the runner keeps what must survive a restart.",
  ),
  DRAIN_TIMEOUT: withDefault(
    seconds(0, 86_400),
    "600",
    "Seconds that running executions may go on after the first signal.",
  ),
  ADMIN_HOST: withDefault(host, "127.0.0.1", "Address of the admin server."),
  ADMIN_PORT: withDefault(listenPort, "8790", "Port of the admin server."),
  ADMIN_TOKEN: optional(
    anyText,
    "Where set, the admin server's /config and /shutdown want it as a bearer token.",
    secret,
  ),
  LOG_LEVEL: withDefault(
    oneOf(LOG_LEVELS, { warning: "warn", critical: "error", fatal: "error" }),
    "info",
    "Least severe level that is logged.",
  ),
  LOG_FORMAT: withDefault(oneOf(LOG_FORMATS), "text", "`text` for people, `json` for machines."),
};

/** The variables of `MODE=local`. */
export const localSettings = v.object({
  MODE: v.literal("local"),
  ...temporal,
  STIGMER_BACKEND_ENDPOINT: withDefault(hostPort, "localhost:50051", "The Stigmer daemon's gRPC address."),
  ...stigmer,
  STIGMER_API_KEY: withDefault(anyText, "dummy-local-key", "Sent to the daemon, which does not check it.", secret),
  STIGMER_LLM_PROVIDER: optional(oneOf(PROVIDERS), "Provider of the default model.", {
    defaultNote: "what STIGMER_LLM_MODEL's name tells, else ollama",
  }),
  STIGMER_LLM_MAX_TOKENS: withDefault(wholeNumber(1, 1_000_000), "8192", "Longest answer, in tokens."),
  ...model,
  SANDBOX_TYPE: withDefault(oneOf(["filesystem"]), "filesystem", "Where tools act."),
  SANDBOX_ROOT_DIR: withDefault(anyText, "./workspace", "The directory in which agents work; created where missing.", {
    also: ["WORKSPACE_ROOT"],
  }),
  STIGMER_EXECUTION_MODE: withDefault(
    oneOf(["local", "sandbox", "auto"]),
    "local",
    "Where commands run: `local` on this machine; `auto` the same; `sandbox`, in a container, is not available yet.",
  ),
  STIGMER_SANDBOX_IMAGE: withDefault(
    anyText,
    "ghcr.io/stigmer/agent-sandbox-basic:latest",
    "Image of the container sandbox.",
  ),
  STIGMER_SANDBOX_AUTO_PULL: withDefault(
    boolean,
    "true",
    "Pull the image of the container sandbox where it is missing.",
  ),
  STIGMER_SANDBOX_CLEANUP: withDefault(boolean, "true", "Remove a container sandbox when it is no longer needed."),
  STIGMER_SANDBOX_TTL: withDefault(seconds(1, 604_800), "3600", "Seconds that a container sandbox may stay unused."),
  ...process,
});

/** The variables of `MODE=cloud`. */
export const cloudSettings = v.object({
  MODE: v.literal("cloud"),
  ...temporal,
  STIGMER_BACKEND_ENDPOINT: withDefault(hostPort, "localhost:8080", "The Stigmer backend's gRPC address."),
  ...stigmer,
  STIGMER_API_KEY: required(
    anyText,
    "The runner's token (a JWT) for the Stigmer backend.",
    "Issue a token for this runner and set it; `MODE=local` needs none.",
    secret,
  ),
  AUTH0_DOMAIN: optional(host, "Issuer of the token.", { defaultNote: "the token's own `iss`" }),
  AUTH0_AUDIENCE: optional(anyText, "Audience that the token must name.", { defaultNote: "not checked" }),
  STIGMER_LLM_PROVIDER: optional(oneOf(PROVIDERS), "Provider of the default model.", {
    defaultNote: "what STIGMER_LLM_MODEL's name tells, else anthropic",
  }),
  STIGMER_LLM_MAX_TOKENS: withDefault(wholeNumber(1, 1_000_000), "20000", "Longest answer, in tokens."),
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
  REDIS_HOST: required(host, "Redis.", "Set it to the host of a Redis that all replicas share."),
  REDIS_PORT: withDefault(port, "6379", "Redis' port."),
  REDIS_USERNAME: optional(anyText, "Redis' user, where it has more than the default one."),
  REDIS_PASSWORD: optional(anyText, "Redis' password.", secret),
  REDIS_DB: withDefault(wholeNumber(0, 65_535), "0", "Redis' database."),
  REDIS_TLS: withDefault(boolean, "false", "TLS to Redis."),
  ...process,
});

export type LocalSettings = v.InferOutput<typeof localSettings>;
export type CloudSettings = v.InferOutput<typeof cloudSettings>;

/** The whole configuration: which variables there are depends on `MODE`. */
export const settings = v.variant("MODE", [localSettings, cloudSettings]);
