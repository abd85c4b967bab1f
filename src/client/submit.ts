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

/** What is asked of a daemon. */
export interface Submission {
  readonly message: string;
  readonly agent: Agent;
  /** The session to continue; absent: a new one. */
  readonly sessionId?: string;
  /** The model to use; absent: the runner's default. */
  readonly model?: string;
  readonly runtimeEnv: Readonly<Record<string, ExecutionValue>>;
}

/** Creates an execution, and before it the agent and the session it needs. @throws StigmerError */
export async function submit(client: StigmerClient, submission: Submission): Promise<AgentExecution> {
  const sessionId = submission.sessionId ?? (await newSession(client, submission));
  return await client.call(AgentExecutionCommandController.method.create, {
    spec: {
      sessionId,
      message: submission.message,
      runtimeEnv: { ...submission.runtimeEnv },
      ...(submission.model === undefined ? {} : { executionConfig: { modelName: submission.model } }),
    },
  });
}

async function newSession(client: StigmerClient, { agent: wanted, message }: Submission): Promise<string> {
  const agent = await client.call(AgentCommandController.method.apply, wanted);
  const agentInstanceId = agent.status?.defaultInstanceId || (await newInstance(client, agent));
  const session = await client.call(SessionCommandController.method.create, {
    spec: { agentInstanceId, subject: message.slice(0, 80).toWellFormed() },
  });
  return session.metadata?.id ?? "";
}

async function newInstance(client: StigmerClient, { metadata }: Agent): Promise<string> {
  const instance = await client.call(AgentInstanceCommandController.method.create, {
    metadata: { name: `${metadata?.name ?? "agent"}-instance`, org: metadata?.org ?? "" },
    spec: { agentId: metadata?.id ?? "" },
  });
  return instance.metadata?.id ?? "";
}
