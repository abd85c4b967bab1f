/** Everything around runners in cloud mode: Redis and Temporal, the daemon as backend, doubles of what costs money. */
import { join } from "node:path";
import { type Daemon, startDaemon } from "../../src/daemon/index.ts";
import { createLogger } from "../../src/log/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import { type AgentExecution, StigmerClient } from "../../src/stigmer/index.ts";
import { connectTemporal, installTemporalRuntime } from "../../src/temporal/index.ts";
import { cancelExecution } from "./cancel-execution.ts";
import { testAuthority } from "./certificates.ts";
import { DaytonaDouble } from "./daytona-double/daytona-double.ts";
import { type OllamaDouble, startOllamaDouble } from "./ollama-double.ts";
import { installProgram, type RunningProgram, startProgram } from "./program.ts";
import { type Service, startRedis, startTemporal } from "./services/index.ts";
import { StigmerUser } from "./stigmer-user.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { AUDIENCE, type TokenIssuer, tokenIssuer } from "./token-issuer.ts";

export const REDIS_PASSWORD = "a password for Redis";
/** Lifetime of the API key in seconds: long enough to cause no warning. */
const KEY_LIFE_S = 7 * 86_400;

/** A compiled runner in cloud mode. */
export interface Replica {
  readonly program: RunningProgram;
  readonly adminUrl: string;
  /** Answer of a path of the admin server. */
  admin(path: string): Promise<{ readonly status: number; readonly text: string }>;
}

export interface CloudWorld {
  readonly redis: Service;
  readonly temporal: Service;
  readonly daytona: DaytonaDouble;
  readonly issuer: TokenIssuer;
  readonly ollama: OllamaDouble;
  readonly user: StigmerUser;
  /** For files of the tests. */
  readonly folder: string;
  /** The API key that replicas have. */
  readonly apiKey: string;
  /** Variables with which a replica becomes part of this world. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a replica without waiting for it. */
  launch(env?: Readonly<Record<string, string>>): RunningProgram;
  /** Starts a replica and waits until it takes work. */
  replica(env?: Readonly<Record<string, string>>): Promise<Replica>;
  /** Cancels the workflow of an execution. */
  cancel(execution: AgentExecution): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param file the executable, instead of the one built here */
export async function cloudWorld(file?: string): Promise<CloudWorld> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(await temporaryFolder());
  const authority = opening.use(await testAuthority());
  const [redis, temporal, issuer] = await Promise.all([
    startRedis({ password: REDIS_PASSWORD }),
    startTemporal(),
    tokenIssuer(authority),
  ]);
  opening.use(redis);
  opening.use(temporal);
  opening.use(issuer);
  const ollama = opening.use(startOllamaDouble());
  const daytona = new DaytonaDouble();
  opening.defer(() => daytona.stop());
  const daemon = await startBackend(opening, temporal, join(folder.path, "daemon"));

  const program = await installProgram(join(folder.path, "program"), file);
  const apiKey = await issuer.token({ exp: Math.floor(Date.now() / 1000) + KEY_LIFE_S });
  const env = {
    TEMPORAL_SERVICE_ADDRESS: `${temporal.host}:${temporal.port}`,
    STIGMER_BACKEND_ENDPOINT: daemon.endpoint,
    STIGMER_API_KEY: apiKey,
    AUTH0_AUDIENCE: AUDIENCE,
    NODE_EXTRA_CA_CERTS: authority.caFile,
    REDIS_HOST: redis.host,
    REDIS_PORT: String(redis.port),
    REDIS_PASSWORD,
    DAYTONA_API_KEY: daytona.apiKey,
    DAYTONA_API_URL: daytona.url,
    STIGMER_LLM_PROVIDER: "ollama",
    OLLAMA_BASE_URL: ollama.url,
    ADMIN_PORT: "0",
    DRAIN_TIMEOUT: "20",
  };
  const client = new StigmerClient({ endpoint: daemon.endpoint, tls: false, apiKey: () => "test" });
  opening.defer(() => client.close());
  const open = opening.move();
  const launch: CloudWorld["launch"] = (more = {}) =>
    open.use(startProgram(program, [], { ...env, STIGMER_DATA_DIR: join(folder.path, "data"), ...more }, folder.path));
  return {
    redis,
    temporal,
    daytona,
    issuer,
    ollama,
    apiKey,
    env,
    launch,
    folder: folder.path,
    user: new StigmerUser(client),
    cancel: (execution) => cancelExecution(env.TEMPORAL_SERVICE_ADDRESS, execution),
    replica: async (more) => await running(launch(more)),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function running(program: RunningProgram): Promise<Replica> {
  await program.says("Worker ready, polling for tasks");
  const [, adminUrl = ""] = /Admin server listens on (\S+)/.exec(program.output()) ?? [];
  const admin: Replica["admin"] = async (path) => {
    const response = await fetch(new URL(path, adminUrl));
    return { status: response.status, text: await response.text() };
  };
  return { program, adminUrl, admin };
}

/** The Stigmer backend. */
async function startBackend(open: AsyncDisposableStack, temporal: Service, dataDir: string): Promise<Daemon> {
  const log = createLogger({ level: "error", format: "text", mask: new SecretMask(), write: () => undefined });
  installTemporalRuntime(log);
  const address = `${temporal.host}:${temporal.port}`;
  const connection = await connectTemporal({ address, namespace: "default", taskQueue: "", maxConcurrency: 1 });
  open.defer(() => connection.close());
  const daemon = await startDaemon({
    connection,
    dataDir,
    log,
    namespace: "default",
    runnerQueue: "agent_execution_runner",
    port: 0,
  });
  open.defer(() => daemon.stop());
  return daemon;
}
