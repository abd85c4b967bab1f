import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  AgentCommandController,
  type AgentExecution,
  AgentExecutionCommandController,
  AgentExecutionQueryController,
  type AgentExecutionSpecSchema,
  type AgentSpecSchema,
  ExecutionPhase,
  isTerminalPhase,
  SessionCommandController,
  type StigmerClient,
} from "../../src/stigmer/index.ts";
import { eventually } from "./eventually.ts";

/** A user of Stigmer who talks to agents. */
export class StigmerUser {
  readonly client: StigmerClient;

  constructor(client: StigmerClient) {
    this.client = client;
  }

  /** A new session of a new agent. */
  async session(spec: MessageInitShape<typeof AgentSpecSchema> = { instructions: "You help." }): Promise<string> {
    const name = `agent-${crypto.randomUUID()}`;
    const agent = await this.client.call(AgentCommandController.method.apply, {
      metadata: { name, org: "acme" },
      spec,
    });
    const created = await this.client.call(SessionCommandController.method.create, {
      spec: { agentInstanceId: agent.status?.defaultInstanceId ?? "" },
    });
    return created.metadata?.id ?? "";
  }

  /** Starts an execution. */
  async begin(
    sessionId: string,
    message: string,
    more: MessageInitShape<typeof AgentExecutionSpecSchema> = {},
  ): Promise<AgentExecution> {
    return await this.client.call(AgentExecutionCommandController.method.create, {
      metadata: { org: "acme" },
      spec: { ...more, sessionId, message },
    });
  }

  /** An execution without a session. */
  async oneOff(message: string): Promise<AgentExecution> {
    const name = `agent-${crypto.randomUUID()}`;
    const spec = { instructions: "You help." };
    const agent = await this.client.call(AgentCommandController.method.apply, {
      metadata: { name, org: "acme" },
      spec,
    });
    const started = await this.client.call(AgentExecutionCommandController.method.create, {
      metadata: { org: "acme" },
      spec: { agentId: agent.metadata?.id ?? "", message },
    });
    return (await this.follow(started)).at(-1) ?? started;
  }

  /** An execution as it is now. */
  async get({ metadata }: AgentExecution): Promise<AgentExecution> {
    return await this.client.call(AgentExecutionQueryController.method.get, { value: metadata?.id ?? "" });
  }

  /** An execution once it has ended, however its end came about. */
  async ended(execution: AgentExecution): Promise<AgentExecution> {
    return await eventually(async () => {
      const state = await this.get(execution);
      if (!isTerminalPhase(state.status?.phase ?? ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED))
        throw new Error(`the execution has not ended yet: ${phaseOf(state)}`);
      return state;
    });
  }

  /** Every state of an execution, until its last. */
  async follow({ metadata }: AgentExecution): Promise<AgentExecution[]> {
    const states: AgentExecution[] = [];
    const value = metadata?.id ?? "";
    for await (const state of this.client.stream(AgentExecutionQueryController.method.subscribe, { value }))
      states.push(state);
    return states;
  }

  /** Starts an execution and waits for its last state. */
  async ask(
    sessionId: string,
    message: string,
    more?: MessageInitShape<typeof AgentExecutionSpecSchema>,
  ): Promise<AgentExecution> {
    const last = (await this.follow(await this.begin(sessionId, message, more))).at(-1);
    if (last === undefined) throw new Error("the execution showed no state");
    return last;
  }
}

export function phaseOf({ status }: AgentExecution): string {
  return ExecutionPhase[status?.phase ?? 0] ?? "unknown";
}
