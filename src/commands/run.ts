import type { ExitCode } from "../cli/index.ts";
import {
  ClientError,
  DEFAULT_AGENT,
  messageFrom,
  readAgentFile,
  runtimeEnv,
  type Submission,
  submit,
} from "../client/index.ts";
import { type StigmerCommandOptions, stigmerCommand, tell } from "./stigmer-command.ts";
import { type WatchOptions, watch } from "./watch.ts";

export interface RunOptions extends StigmerCommandOptions, WatchOptions {
  /** `-`: it is read from standard input. */
  readonly message: string;
  readonly agent?: string;
  readonly session?: string;
  readonly model?: string;
  readonly plainEnv: readonly string[];
  readonly secretEnv: readonly string[];
}

/** `agent-runner run`: sends a message to an agent and shows what comes of it. */
export async function run(options: RunOptions): Promise<ExitCode> {
  return await stigmerCommand(
    options,
    async ({ signal, client }) => {
      const stigmer = client();
      const submission = await submissionOf(options, signal);
      const execution = await submit(stigmer, submission, signal);
      return await watch(stigmer, execution, options, signal);
    },
    (endpoint) => tell(`Interrupted before ${endpoint} had confirmed an execution.`),
  );
}

/** @throws ClientError where what is asked makes no sense: then nothing is created */
async function submissionOf(options: RunOptions, signal: AbortSignal): Promise<Submission> {
  const { agent, model } = options;
  const session = options.session?.trim();
  if (session === "") throw new ClientError("--session names no session: give its id, or leave it out for a new one.");
  if (model?.trim() === "") throw new ClientError("--model names no model: give one, or leave it out.");
  if (model !== undefined && /^:|:$/.test(model.trim()))
    throw new ClientError(`--model ${model} names no model: write it as \`name\` or \`provider:name\`.`);
  if (session !== undefined && agent !== undefined)
    throw new ClientError(
      "--agent and --session do not go together: a session keeps the agent it was begun with. Leave one of them out.",
    );
  const env = runtimeEnv(options.plainEnv, options.secretEnv, options.env);
  return {
    agent: agent === undefined ? DEFAULT_AGENT : await readAgentFile(agent, signal),
    message: await messageFrom(options.message, { stdin: process.stdin, tell }, signal),
    runtimeEnv: env,
    ...(session === undefined ? {} : { sessionId: session }),
    ...(model === undefined ? {} : { model }),
  };
}
