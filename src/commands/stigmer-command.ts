import { EXIT, type ExitCode } from "../cli/index.ts";
import { ClientError } from "../client/index.ts";
import {
  ConfigError,
  describeProblem,
  type EnvMap,
  type LoadOptions,
  loadSettings,
  localSettings,
} from "../config/index.ts";
import { explained } from "../shared/errors.ts";
import { printable } from "../shared/printable.ts";
import { StigmerClient, StigmerError } from "../stigmer/index.ts";

/** How long a daemon may take to answer before the user is told. */
const NOTICE_MS = 3_000;

/** Options of all commands that talk to a Stigmer daemon. */
export interface StigmerCommandOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  /** Values for variables that are not set otherwise. */
  readonly defaults?: EnvMap | undefined;
  readonly endpoint?: string;
}

/** What the work of such a command is given. */
export interface StigmerWork {
  readonly signal: AbortSignal;
  /** Connects at the first call. @throws ClientError if --endpoint is wrong; ConfigError */
  readonly client: () => StigmerClient;
}

/**
 * Runs a command that talks to a Stigmer daemon, and explains errors.
 * @param interrupted called if a signal interrupted the command
 */
export async function stigmerCommand(
  options: StigmerCommandOptions,
  work: (parts: StigmerWork) => Promise<ExitCode>,
  interrupted: (endpoint: string) => void,
): Promise<ExitCode> {
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  // A closed terminal ends the process by itself, unless nohup keeps it: the execution goes on either way.
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.once(name, onSignal);
  let client: StigmerClient | undefined;
  try {
    return await work({
      signal: controller.signal,
      client: () => {
        client ??= clientOf(options);
        return client;
      },
    });
  } catch (error) {
    if (!controller.signal.aborted) return explain(error, client?.endpoint);
    interrupted(client?.endpoint ?? "a daemon");
    return EXIT.interrupted;
  } finally {
    client?.close();
    for (const name of signals) process.off(name, onSignal);
  }
}

/**
 * Waits for an answer of a daemon, and tells the user after some seconds that there is none yet: a call may take half a
 * minute.
 */
export async function answered<T>(client: StigmerClient, answer: Promise<T>): Promise<T> {
  const timer = setTimeout(() => tell(`Waiting for ${client.endpoint} to answer …`), NOTICE_MS);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}

function clientOf({ env, envFile, defaults, endpoint }: StigmerCommandOptions): StigmerClient {
  const overrides = endpoint === undefined ? {} : { STIGMER_BACKEND_ENDPOINT: endpoint };
  const { stigmer, apiKey } = clientConfig({ env, envFile, defaults, overrides }, endpoint);
  return new StigmerClient({ ...stigmer, apiKey: () => apiKey });
}

/** @throws ClientError if --endpoint is wrong; ConfigError */
function clientConfig(options: LoadOptions, endpoint: string | undefined) {
  if (endpoint === "") throw new ClientError("--endpoint is empty: give host:port, or leave it out.");
  try {
    const { stigmer, apiKey } = localSettings;
    return loadSettings({ stigmer, apiKey }, options);
  } catch (error) {
    const wrong =
      error instanceof ConfigError && endpoint !== undefined
        ? error.problems.find(({ variable }) => variable === "STIGMER_BACKEND_ENDPOINT")
        : undefined;
    if (wrong === undefined) throw error;
    throw new ClientError(`--endpoint ${wrong.problem}. Allowed: ${wrong.allowed}. Correct it, or leave it out.`);
  }
}

/** Writes a message for people to standard error. It is not part of the result. */
export function tell(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Explains an expected error on standard error. @throws any other error */
function explain(error: unknown, endpoint: string | undefined): ExitCode {
  const say = (text: string) => tell(`error: ${text}`);
  if (error instanceof ConfigError) {
    for (const problem of error.problems) say(describeProblem(problem));
    for (const warning of error.warnings) tell(`warning: ${warning}`);
    return EXIT.configuration;
  }
  if (error instanceof ClientError) {
    say(error.message);
    return EXIT.usage;
  }
  if (!(error instanceof StigmerError)) throw error;
  switch (error.code) {
    case "unavailable":
      say(
        `There is no Stigmer daemon at ${endpoint}: start one with \`agent-runner dev\`, or name another with --endpoint. (${error.message})`,
      );
      return EXIT.unavailable;
    case "deadline-exceeded":
      say(`The Stigmer daemon at ${endpoint} does not answer: check its log, or restart it. (${explained(error)})`);
      return EXIT.unavailable;
    case "tls":
      say(explained(error));
      return EXIT.unavailable;
    default:
      say(explained(error));
      return EXIT.failed;
  }
}
