import pc from "picocolors";
import {
  ClientError,
  follow,
  isTerminal,
  JsonView,
  LiveArea,
  readAgentFile,
  runtimeEnv,
  submit,
  TextView,
  USUAL_AGENT,
  type View,
} from "../client/index.ts";
import { ConfigError, describeProblem, type EnvMap, loadClientConfig } from "../config/index.ts";
import { EXIT, type ExitCode } from "../runner/index.ts";
import { type AgentExecution, ExecutionPhase, StigmerClient, StigmerError } from "../stigmer/index.ts";

export interface RunOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  readonly message: string;
  readonly agent?: string;
  readonly session?: string;
  readonly model?: string;
  readonly endpoint?: string;
  readonly plainEnv: readonly string[];
  readonly secretEnv: readonly string[];
  readonly json: boolean;
}

/** `agent-runner run`: sends a message to an agent and shows what comes of it. */
export async function run(options: RunOptions): Promise<ExitCode> {
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  let client: StigmerClient | undefined;
  try {
    client = clientOf(options);
    const execution = await submit(client, {
      message: options.message,
      agent: options.agent === undefined ? USUAL_AGENT : readAgentFile(options.agent),
      runtimeEnv: runtimeEnv(options.plainEnv, options.secretEnv, options.env),
      ...(options.session === undefined ? {} : { sessionId: options.session }),
      ...(options.model === undefined ? {} : { model: options.model }),
    });
    return await watch(client, execution, options.json, interrupted.signal);
  } catch (error) {
    return explain(error, client?.endpoint);
  } finally {
    client?.close();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

function clientOf({ env, envFile, endpoint }: RunOptions): StigmerClient {
  const file = envFile === undefined ? {} : { envFile };
  const overrides = endpoint === undefined ? {} : { overrides: { STIGMER_BACKEND_ENDPOINT: endpoint } };
  const { apiKey, ...stigmer } = loadClientConfig({ env, ...file, ...overrides });
  return new StigmerClient({ ...stigmer, apiKey: () => apiKey });
}

async function watch(
  client: StigmerClient,
  execution: AgentExecution,
  json: boolean,
  signal: AbortSignal,
): Promise<ExitCode> {
  const id = execution.metadata?.id ?? "";
  const view = viewFor(json);
  let last: AgentExecution | undefined;
  for await (const state of follow(client, id, signal)) {
    last = state;
    view.update(state);
  }
  if (last === undefined || !isTerminal(last)) {
    view.end();
    process.stderr.write(`Interrupted. The execution ${id} goes on at ${client.endpoint}.\n`);
    return EXIT.interrupted;
  }
  view.end(last);
  return last.status?.phase === ExecutionPhase.EXECUTION_COMPLETED ? EXIT.ok : EXIT.failed;
}

function viewFor(json: boolean): View {
  const write = (text: string) => void process.stdout.write(text);
  if (json) return new JsonView(write);
  const { isTTY } = process.stdout;
  const colors = pc.createColors(isTTY && pc.isColorSupported);
  return new TextView(
    write,
    colors,
    isTTY ? new LiveArea(write, colors, () => process.stdout.columns || 80) : undefined,
  );
}

function explain(error: unknown, endpoint: string | undefined): ExitCode {
  const say = (text: string) => process.stderr.write(`error: ${text}\n`);
  if (error instanceof ConfigError) {
    for (const problem of error.problems) say(describeProblem(problem));
    return EXIT.configuration;
  }
  if (error instanceof ClientError) {
    say(error.message);
    return EXIT.usage;
  }
  if (error instanceof StigmerError && error.code === "unavailable") {
    say(
      `There is no Stigmer daemon at ${endpoint}: start one with \`agent-runner dev\`, or name another with --endpoint. (${error.message})`,
    );
    return EXIT.unavailable;
  }
  if (error instanceof StigmerError) {
    say(error.message);
    return error.code === "tls" ? EXIT.unavailable : EXIT.failed;
  }
  throw error;
}
