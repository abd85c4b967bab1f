import type { ExitCode } from "../cli/index.ts";
import { assistantInstance, ClientError, messageFrom, runtimeEnv, type Submission, submit } from "../client/index.ts";
import { checkModel } from "./model-option.ts";
import { answered, type StigmerCommandOptions, stigmerCommand, tell } from "./stigmer-command.ts";
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
      const execution = await answered(stigmer, submit(stigmer, submission, signal));
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
  checkModel(model);
  if (session !== undefined && agent !== undefined)
    throw new ClientError(
      "--agent and --session do not go together: a session keeps its agent. Leave one of them out.",
    );
  if (agent === "-" && options.message === "-")
    throw new ClientError("The agent and the message cannot both be -: standard input has one of them. Name a file.");
  const env = runtimeEnv(options.plainEnv, options.secretEnv, options.env);
  return {
    instance: agent === undefined ? assistantInstance : await instanceOfFile(agent, signal),
    message: await messageFrom(options.message, { stdin: process.stdin, tell }, signal),
    runtimeEnv: env,
    ...(session === undefined ? {} : { sessionId: session }),
    ...(model === undefined ? {} : { model }),
  };
}

/** @throws ClientError if the file cannot be used */
async function instanceOfFile(file: string, signal: AbortSignal): Promise<Submission["instance"]> {
  const { applyAgentFile, loadAgentFile } = await import("../client/agent-file/index.ts");
  const loaded = await loadAgentFile(file, signal, { stdin: process.stdin, tell });
  return async (client, whileApplied) =>
    (await applyAgentFile(client, loaded, { signal: whileApplied, tell })).instanceId;
}
