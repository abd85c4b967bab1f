import { unreachable } from "../shared/errors.ts";
import type { Config, ModelConfig, PemSource, TemporalConfig, TemporalTlsConfig } from "./config.ts";
import { absolutePath } from "./parsers/absolute-path.ts";
import type { CloudSettings, LocalSettings } from "./settings/index.ts";

/** The flat variables as the structured value that the parts of the program take. Relative paths become absolute. */
export function toConfig(set: LocalSettings | CloudSettings): Config {
  const common = {
    temporal: temporalOf(set),
    statusStreaming: set.STATUS_STREAMING,
    commandTimeoutMs: set.SANDBOX_COMMAND_TIMEOUT,
    dataDir: absolutePath(set.STIGMER_DATA_DIR),
    startupWaitMs: set.STARTUP_WAIT,
    drainTimeoutMs: set.DRAIN_TIMEOUT,
    stigmer: {
      endpoint: set.STIGMER_BACKEND_ENDPOINT,
      tls: set.STIGMER_BACKEND_TLS ?? set.STIGMER_BACKEND_ENDPOINT.endsWith(":443"),
      ...some({
        caFile: optionalPath(set.STIGMER_BACKEND_CA_FILE),
        client: pair(set.STIGMER_BACKEND_CLIENT_CERT_FILE, set.STIGMER_BACKEND_CLIENT_KEY_FILE),
      }),
    },
    admin: { host: set.ADMIN_HOST, port: set.ADMIN_PORT, ...some({ token: set.ADMIN_TOKEN }) },
    log: { level: set.LOG_LEVEL, format: set.LOG_FORMAT },
  };
  switch (set.MODE) {
    case "local":
      return {
        ...common,
        mode: "local",
        model: modelOf(set, "ollama"),
        apiKey: set.STIGMER_API_KEY,
        sandbox: {
          root: set.SANDBOX_ROOT_DIR,
          rootDir: absolutePath(set.SANDBOX_ROOT_DIR),
          commandMemory: set.SANDBOX_COMMAND_MEMORY,
        },
      };
    case "cloud":
      return {
        ...common,
        mode: "cloud",
        model: modelOf(set, "anthropic"),
        credentials: {
          source:
            set.STIGMER_API_KEY_FILE === undefined
              ? { key: set.STIGMER_API_KEY ?? "" }
              : { file: absolutePath(set.STIGMER_API_KEY_FILE) },
          strict: set.STIGMER_API_KEY_VERIFY === "strict",
          ...some({ auth0Domain: set.AUTH0_DOMAIN, auth0Audience: set.AUTH0_AUDIENCE }),
        },
        redis: {
          host: set.REDIS_HOST,
          port: set.REDIS_PORT,
          db: set.REDIS_DB,
          threadTtlMs: set.REDIS_THREAD_TTL,
          eventsTtlMs: set.REDIS_EVENTS_TTL,
          ...some({
            username: set.REDIS_USERNAME,
            password: set.REDIS_PASSWORD,
            tls: set.REDIS_TLS ? some({ caFile: optionalPath(set.REDIS_TLS_CA_FILE) }) : undefined,
          }),
        },
        daytona: {
          apiKey: set.DAYTONA_API_KEY,
          apiUrl: set.DAYTONA_API_URL,
          autoStopMinutes: set.DAYTONA_AUTO_STOP_MINUTES,
          autoDeleteMinutes: set.DAYTONA_AUTO_DELETE_MINUTES,
          orphanCollection: set.DAYTONA_ORPHAN_COLLECTION,
          ...some({ target: set.DAYTONA_TARGET, snapshotId: set.DAYTONA_DEV_TOOLS_SNAPSHOT_ID }),
        },
      };
    default:
      return unreachable(set);
  }
}

function modelOf(set: LocalSettings | CloudSettings, usualProvider: "ollama" | "anthropic"): ModelConfig {
  return {
    usualProvider,
    maxTokens: set.STIGMER_LLM_MAX_TOKENS,
    temperature: set.STIGMER_LLM_TEMPERATURE,
    ...some({
      provider: set.STIGMER_LLM_PROVIDER,
      name: set.STIGMER_LLM_MODEL,
      baseUrl: set.STIGMER_LLM_BASE_URL,
      apiKey: set.STIGMER_LLM_API_KEY,
      ollamaBaseUrl: set.OLLAMA_BASE_URL,
      anthropicApiKey: set.ANTHROPIC_API_KEY,
      openaiApiKey: set.OPENAI_API_KEY,
      script: optionalPath(set.STIGMER_LLM_SCRIPT),
    }),
  };
}

function temporalOf(set: LocalSettings | CloudSettings): TemporalConfig {
  const cert = pemSource(set.TEMPORAL_TLS_CLIENT_CERT_PATH, set.TEMPORAL_TLS_CLIENT_CERT_DATA);
  const key = pemSource(set.TEMPORAL_TLS_CLIENT_KEY_PATH, set.TEMPORAL_TLS_CLIENT_KEY_DATA);
  const tls: TemporalTlsConfig = some({
    serverName: set.TEMPORAL_TLS_SERVER_NAME,
    ca: pemSource(set.TEMPORAL_TLS_SERVER_CA_CERT_PATH, set.TEMPORAL_TLS_SERVER_CA_CERT_DATA),
    client: cert === undefined || key === undefined ? undefined : { cert, key },
  });
  const wanted = set.TEMPORAL_TLS ?? (Object.keys(tls).length > 0 || set.TEMPORAL_API_KEY !== undefined);
  return {
    address: set.TEMPORAL_SERVICE_ADDRESS,
    namespace: set.TEMPORAL_NAMESPACE,
    taskQueue: set.TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE,
    maxConcurrency: set.TEMPORAL_MAX_CONCURRENCY,
    ...some({
      tls: wanted ? tls : undefined,
      apiKey: set.TEMPORAL_API_KEY,
      deploymentName: set.TEMPORAL_DEPLOYMENT_NAME,
      buildId: set.TEMPORAL_WORKER_BUILD_ID,
    }),
  };
}

function pemSource(path: string | undefined, data: string | undefined): PemSource | undefined {
  if (data !== undefined) return { data };
  return path === undefined ? undefined : { path: absolutePath(path) };
}

/** A certificate with its key; either alone was refused before. */
function pair(certFile: string | undefined, keyFile: string | undefined) {
  if (certFile === undefined || keyFile === undefined) return undefined;
  return { certFile: absolutePath(certFile), keyFile: absolutePath(keyFile) };
}

/** The properties that have a value: an absent one is left out, not set to `undefined`. */
function some<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

function optionalPath(path: string | undefined): string | undefined {
  return path === undefined ? undefined : absolutePath(path);
}
