import { boundaryBefore } from "../shared/graphemes.ts";
import {
  type AgentExecution,
  AgentExecutionCommandController,
  type ExecutionValue,
  SessionCommandController,
  type StigmerClient,
} from "../stigmer/index.ts";

/** Longest subject of a session, in characters. */
const SUBJECT_LENGTH = 80;

/** A request to a daemon. */
export interface Submission {
  readonly message: string;
  /** Makes the instance that a new session uses. @returns its id @throws ClientError; StigmerError */
  readonly instance: (client: StigmerClient, signal: AbortSignal) => Promise<string>;
  /** The session to continue; absent: a new one. */
  readonly sessionId?: string;
  /** The model to use; absent: the runner's default. */
  readonly model?: string;
  readonly runtimeEnv: Readonly<Record<string, ExecutionValue>>;
}

/**
 * Creates an execution, with the agent and the session that it needs.
 * @throws StigmerError; what making the instance throws; the signal's reason if it aborts
 */
export async function submit(
  client: StigmerClient,
  submission: Submission,
  signal: AbortSignal,
): Promise<AgentExecution> {
  const sessionId = submission.sessionId ?? (await newSession(client, submission, signal));
  const spec = {
    sessionId,
    message: submission.message,
    runtimeEnv: { ...submission.runtimeEnv },
    ...(submission.model === undefined ? {} : { executionConfig: { modelName: submission.model } }),
  };
  return await client.call(AgentExecutionCommandController.method.create, { spec }, { signal });
}

async function newSession(client: StigmerClient, submission: Submission, signal: AbortSignal): Promise<string> {
  const agentInstanceId = await submission.instance(client, signal);
  const spec = { agentInstanceId, subject: subjectOf(submission.message) };
  const session = await client.call(SessionCommandController.method.create, { spec }, { signal });
  return session.metadata?.id ?? "";
}

/** A session's subject: the beginning of its first message. */
function subjectOf(message: string): string {
  return message.slice(0, boundaryBefore(message, SUBJECT_LENGTH)).toWellFormed();
}
