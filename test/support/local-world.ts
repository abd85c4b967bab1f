/** Everything around a runner in local mode, made of real parts: Temporal, the daemon, a model's HTTP API. */
import { join } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Lifecycle } from "../../src/cli/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { type Daemon, startDaemon } from "../../src/daemon/index.ts";
import { createLogger } from "../../src/log/index.ts";
import { type Runner, type RunnerOptions, startRunner } from "../../src/runner/index.ts";
import type { LogFormat } from "../../src/shared/log-names.ts";
import { secretMasks } from "../../src/shared/secret-masks.ts";
import {
  type AgentExecution,
  type AgentExecutionSpecSchema,
  type AgentSpecSchema,
  StigmerClient,
} from "../../src/stigmer/index.ts";
import { connectTemporal, installTemporalRuntime, type NativeConnection } from "../../src/temporal/index.ts";
import { type Conversation, type OllamaDouble, startOllamaDouble } from "./ollama-double.ts";
import { StigmerUser } from "./stigmer-user.ts";
import { startTemporal, type TestTemporal } from "./temporal.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface LocalWorld {
  readonly temporal: TestTemporal;
  readonly ollama: OllamaDouble;
  readonly runner: Runner;
  /** Drains and stops the runner. */
  readonly lifecycle: Lifecycle;
  readonly client: StigmerClient;
  /** Where the agents work. */
  readonly workspace: string;
  /** What was logged, a line each. */
  readonly log: string[];
  /** A new session of an agent. */
  session(spec?: MessageInitShape<typeof AgentSpecSchema>): Promise<string>;
  /** Starts an execution. */
  begin(
    sessionId: string,
    message: string,
    more?: MessageInitShape<typeof AgentExecutionSpecSchema>,
  ): Promise<AgentExecution>;
  /** Every state of an execution, until its last. */
  follow(execution: AgentExecution): Promise<AgentExecution[]>;
  /** Starts an execution in a new session and waits for its last state. */
  run(
    message: string,
    conversation: Conversation,
    more?: MessageInitShape<typeof AgentExecutionSpecSchema>,
  ): Promise<AgentExecution>;
  stopDaemon(): Promise<void>;
  startDaemon(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

type Env = Record<string, string>;

/**
 * @param env further variables of the runner; may depend on the servers' ports
 * @param options further arguments of the runner
 */
export async function localWorld(
  env: Env | ((ports: { readonly temporal: number; readonly stigmer: number }) => Promise<Env>) = {},
  { logFormat = "text", ...options }: Pick<RunnerOptions, "observers"> & { readonly logFormat?: LogFormat } = {},
): Promise<LocalWorld> {
  const open = new AsyncDisposableStack();
  const folder = open.use(await temporaryFolder());
  const temporal = open.use(await startTemporal(join(folder.path, "temporal.db")));
  const ollama = open.use(startOllamaDouble());
  const log: string[] = [];
  const masks = secretMasks();
  const logger = createLogger({
    level: "debug",
    format: logFormat,
    mask: masks.all,
    write: (lines) => void log.push(lines),
  });
  installTemporalRuntime(logger, { metrics: true });

  const connection: NativeConnection = await connectTemporal({
    address: temporal.address,
    namespace: "default",
    taskQueue: "",
    maxConcurrency: 1,
  });
  open.defer(() => connection.close());
  const dataDir = join(folder.path, "data");
  let daemon: Daemon | undefined;
  let port = 0;
  const start = async () => {
    daemon = await startDaemon({
      connection,
      namespace: "default",
      runnerQueue: "agent_execution_runner",
      port,
      dataDir,
      log: logger,
    });
    port = Number(daemon.endpoint.split(":")[1]);
  };
  const stop = async () => {
    await daemon?.stop();
    daemon = undefined;
  };
  await start();
  open.defer(stop);

  const workspace = join(folder.path, "workspace");
  const full = {
    PATH: process.env["PATH"],
    MODE: "local",
    TEMPORAL_SERVICE_ADDRESS: temporal.address,
    STIGMER_BACKEND_ENDPOINT: `localhost:${port}`,
    OLLAMA_BASE_URL: ollama.url,
    SANDBOX_ROOT_DIR: workspace,
    STIGMER_DATA_DIR: dataDir,
    ADMIN_PORT: "0",
    DRAIN_TIMEOUT: "20",
    ...(typeof env === "function" ? await env({ temporal: temporal.port, stigmer: port }) : env),
  };
  const lifecycle = new Lifecycle();
  const runner = await startRunner({
    lifecycle,
    loaded: loadConfig({ env: full }),
    env: full,
    log: logger,
    masks,
    ...options,
  });
  open.defer(async () => {
    lifecycle.requestStop();
    await runner.ended;
  });
  const client = new StigmerClient({ endpoint: `localhost:${port}`, tls: false, apiKey: () => "test" });
  open.defer(() => client.close());

  const user = new StigmerUser(client);
  return {
    temporal,
    ollama,
    runner,
    lifecycle,
    client,
    workspace,
    log,
    session: (spec) => user.session(spec),
    begin: (sessionId, message, more) => user.begin(sessionId, message, more),
    follow: (execution) => user.follow(execution),
    run: async (message, conversation, more) => {
      ollama.converse(conversation);
      return await user.ask(await user.session(), message, more);
    },
    stopDaemon: stop,
    startDaemon: start,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
