import pc from "picocolors";
import {
  ClientError,
  follow,
  isTerminal,
  JsonView,
  LiveArea,
  readAgentFile,
  runtimeEnv,
  type Submission,
  submit,
  TextView,
  USUAL_AGENT,
  type View,
} from "../client/index.ts";
import {
  type ClientConfig,
  ConfigError,
  describeProblem,
  type EnvMap,
  type LoadOptions,
  loadClientConfig,
} from "../config/index.ts";
import { EXIT, type ExitCode } from "../runner/index.ts";
import { printable } from "../shared/printable.ts";
import { type AgentExecution, ExecutionPhase, StigmerClient, StigmerError } from "../stigmer/index.ts";

export interface RunOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  /** Values of variables that nothing else sets. */
  readonly defaults?: EnvMap | undefined;
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
  // The terminal was closed: the execution goes on.
  process.once("SIGHUP", onSignal);
  let client: StigmerClient | undefined;
  try {
    const submission = submissionOf(options);
    client = clientOf(options);
    const execution = await submit(client, submission, interrupted.signal);
    return await watch(client, execution, options.json, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) {
      process.stderr.write(`Interrupted before ${client?.endpoint} had confirmed an execution.\n`);
      return EXIT.interrupted;
    }
    return explain(error, client?.endpoint);
  } finally {
    client?.close();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    process.off("SIGHUP", onSignal);
  }
}

/** @throws ClientError where what is asked makes no sense: then nothing is created */
function submissionOf({ message, agent, session, model, ...options }: RunOptions): Submission {
  if (message.trim() === "") throw new ClientError('The message is empty: say what to do, as in run "Write a haiku".');
  if (session?.trim() === "")
    throw new ClientError("--session names no session: give its id, or leave it out for a new one.");
  if (model?.trim() === "") throw new ClientError("--model names no model: give one, or leave it out.");
  if (session !== undefined && agent !== undefined)
    throw new ClientError(
      "--agent and --session do not go together: a session keeps the agent it was begun with. Leave one of them out.",
    );
  return {
    message,
    agent: agent === undefined ? USUAL_AGENT : readAgentFile(agent),
    runtimeEnv: runtimeEnv(options.plainEnv, options.secretEnv, options.env),
    ...(session === undefined ? {} : { sessionId: session }),
    ...(model === undefined ? {} : { model }),
  };
}

function clientOf({ env, envFile, defaults, endpoint }: RunOptions): StigmerClient {
  const file = envFile === undefined ? {} : { envFile };
  const overrides = endpoint === undefined ? {} : { overrides: { STIGMER_BACKEND_ENDPOINT: endpoint } };
  const { apiKey, ...stigmer } = clientConfig({ env, defaults, ...file, ...overrides }, endpoint);
  return new StigmerClient({ ...stigmer, apiKey: () => apiKey });
}

/** @throws ClientError where the flag is wrong; ConfigError */
function clientConfig(options: LoadOptions, endpoint: string | undefined): ClientConfig {
  if (endpoint === "") throw new ClientError("--endpoint is empty: give host:port, or leave it out.");
  try {
    return loadClientConfig(options);
  } catch (error) {
    const wrong =
      error instanceof ConfigError && endpoint !== undefined
        ? error.problems.find(({ variable }) => variable === "STIGMER_BACKEND_ENDPOINT")
        : undefined;
    if (wrong === undefined) throw error;
    throw new ClientError(`--endpoint ${wrong.problem}. Allowed: ${wrong.allowed}. Correct it, or leave it out.`);
  }
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
    process.stderr.write(`Interrupted. The execution ${printable(id)} goes on at ${client.endpoint}.\n`);
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
  const say = (text: string) => process.stderr.write(`error: ${printable(text)}\n`);
  if (error instanceof ConfigError) {
    for (const problem of error.problems) say(describeProblem(problem));
    for (const warning of error.warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
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
