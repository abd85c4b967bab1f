import { boundaryBefore } from "../shared/graphemes.ts";
import {
  type Agent,
  AgentCommandController,
  type AgentExecution,
  AgentExecutionCommandController,
  AgentInstanceCommandController,
  type ExecutionValue,
  SessionCommandController,
  type StigmerClient,
} from "../stigmer/index.ts";

/** Longest subject of a session, in characters. */
const SUBJECT_LENGTH = 80;

/** A request to a daemon. */
export interface Submission {
  readonly message: string;
  readonly agent: Agent;
  /** The session to continue; absent: a new one. */
  readonly sessionId?: string;
  /** The model to use; absent: the runner's default. */
  readonly model?: string;
  readonly runtimeEnv: Readonly<Record<string, ExecutionValue>>;
}

/**
 * Creates an execution, with the agent and the session that it needs.
 * @throws StigmerError; the signal's reason if it aborts
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
  const agent = await client.call(AgentCommandController.method.apply, submission.agent, { signal });
  const agentInstanceId = agent.status?.defaultInstanceId || (await newInstance(client, agent, signal));
  const spec = { agentInstanceId, subject: subjectOf(submission.message) };
  const session = await client.call(SessionCommandController.method.create, { spec }, { signal });
  return session.metadata?.id ?? "";
}

/** A session's subject: the beginning of its first message. */
function subjectOf(message: string): string {
  return message.slice(0, boundaryBefore(message, SUBJECT_LENGTH)).toWellFormed();
}

async function newInstance(client: StigmerClient, { metadata }: Agent, signal: AbortSignal): Promise<string> {
  const wanted = {
    metadata: { name: `${metadata?.name ?? "agent"}-instance`, org: metadata?.org ?? "" },
    spec: { agentId: metadata?.id ?? "" },
  };
  const instance = await client.call(AgentInstanceCommandController.method.create, wanted, { signal });
  return instance.metadata?.id ?? "";
}
