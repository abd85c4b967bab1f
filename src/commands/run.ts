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
  /** `-` reads it from standard input. */
  readonly message: string;
  readonly agent?: string;
  readonly session?: string;
  readonly model?: string;
  readonly plainEnv: readonly string[];
  readonly secretEnv: readonly string[];
}

/** `agent-runner run`: sends a message to an agent and shows the execution. */
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

/** @throws ClientError if the arguments do not make sense. Nothing was created then */
async function submissionOf(options: RunOptions, signal: AbortSignal): Promise<Submission> {
  const { agent, model } = options;
  const session = options.session?.trim();
  if (session === "")
    throw new ClientError("--session is empty: give the id of a session, or leave it out for a new one.");
  if (model?.trim() === "") throw new ClientError("--model is empty: give a model, or leave it out.");
  if (model !== undefined && /^:|:$/.test(model.trim()))
    throw new ClientError(`--model ${model} is incomplete: write it as \`name\` or \`provider:name\`.`);
  if (session !== undefined && agent !== undefined)
    throw new ClientError(
      "--agent and --session do not go together: a session keeps its agent. Leave one of them out.",
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
