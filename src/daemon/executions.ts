import { create, toJson, toJsonString } from "@bufbuild/protobuf";
import { causes, messageOf } from "../shared/errors.ts";
import { humanSize } from "../shared/human-size.ts";
import { rfc3339 } from "../shared/time.ts";
import {
  type AgentExecution,
  AgentExecutionSchema,
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type AgentExecutionUpdateStatusInput,
  type ExecutionContext,
  ExecutionPhase,
  withoutSecrets,
} from "../stigmer/index.ts";
import { TYPE_KEY, type TypedJson, typeUrl } from "../temporal/index.ts";
import { invalid } from "./daemon-error.ts";
import { isTerminal, showsWork } from "./execution-phase.ts";
import { ExecutionSecrets } from "./execution-secrets.ts";
import { LiveExecutions } from "./live-executions.ts";
import { kinds } from "./resource-kind.ts";
import type { ResourceStore } from "./resource-store.ts";

/** Starts the workflow of an execution; `sessionId` is empty if there is none. */
export type StartWorkflow = (executionId: string, execution: TypedJson, sessionId: string) => Promise<void>;

/** Temporal refuses payloads of 2 MiB; the rest is for what is added to the execution later. */
const EXECUTION_LIMIT = 1.9 * 1024 * 1024;

const CANCELLED_REASON =
  "The execution was cancelled: its workflow was, and no runner was there to end it. Send another message to continue.";

/** The service of executions: creates them, updates their status, notifies subscribers. */
export class ExecutionService {
  readonly #store: ResourceStore;
  readonly #startWorkflow: StartWorkflow;
  readonly #live: LiveExecutions;
  readonly #secrets = new ExecutionSecrets();
  readonly #subscribers = new Map<string, Set<(execution: AgentExecution) => void>>();

  constructor(store: ResourceStore, startWorkflow: StartWorkflow, live: LiveExecutions = new LiveExecutions(store)) {
    this.#store = store;
    this.#startWorkflow = startWorkflow;
    this.#live = live;
  }

  get(id: string): AgentExecution {
    return this.#live.get(id);
  }

  delete(id: string): AgentExecution {
    const deleted = kinds.execution.delete(this.#store, id);
    this.#live.forget(id);
    this.#secrets.forget(id);
    return deleted;
  }

  async create(input: AgentExecution): Promise<AgentExecution> {
    const { sessionId = "", agentId = "", message = "" } = input.spec ?? {};
    if (message === "") throw invalid("AgentExecution: spec.message is empty");
    if (sessionId === "" && agentId === "") throw invalid("AgentExecution: spec names neither a session nor an agent");
    // An execution whose references lead nowhere is refused here rather than failing later.
    if (sessionId !== "") kinds.session.get(this.#store, sessionId);
    else kinds.agent.get(this.#store, agentId);
    const bytes = Buffer.byteLength(toJsonString(AgentExecutionSchema, input));
    if (bytes > EXECUTION_LIMIT) {
      throw invalid(
        `AgentExecution: it is ${humanSize(bytes)} long, and Temporal takes at most ${humanSize(EXECUTION_LIMIT)}: put long text into a file of the workspace and name the file in the message`,
      );
    }
    const status = create(AgentExecutionStatusSchema, { phase: ExecutionPhase.EXECUTION_PENDING });
    const execution = kinds.execution.create(this.#store, { ...withoutSecrets(input), status });
    const id = execution.metadata?.id ?? "";
    this.#live.add(execution);
    const started = this.#secrets.hold(id, { ...execution, spec: input.spec });
    try {
      const json = toJson(AgentExecutionSchema, started) as object;
      await this.#startWorkflow(id, { [TYPE_KEY]: typeUrl(AgentExecutionSchema.typeName), ...json }, sessionId);
      return execution;
    } catch (error) {
      return this.fail(
        id,
        `The workflow of this execution could not be started: ${[...causes(error)].map(messageOf).join(": ")}`,
      );
    }
  }

  /** The secrets of an execution, for its runner; none once its agent has begun to work, which takes them. */
  secretsOf(executionId: string): ExecutionContext | undefined {
    return this.#secrets.get(executionId);
  }

  /** Non-empty lists and maps replace the old ones, and are never cleared; scalars are replaced if set. */
  updateStatus({ executionId, status }: AgentExecutionUpdateStatusInput): AgentExecution {
    if (status === undefined) throw invalid("AgentExecutionUpdateStatusInput: the status is missing");
    const execution = this.#live.get(executionId);
    const merged = merge(execution.status ?? create(AgentExecutionStatusSchema), status);
    return this.#changed({ ...execution, status: merged });
  }

  /** Ends an execution that its runner did not end. */
  fail(executionId: string, error: string): AgentExecution {
    return this.#end(executionId, ExecutionPhase.EXECUTION_FAILED, error);
  }

  /** Ends an execution that was cancelled, if its runner did not end it. */
  cancel(executionId: string): AgentExecution {
    return this.#end(executionId, ExecutionPhase.EXECUTION_CANCELLED, CANCELLED_REASON);
  }

  #end(executionId: string, phase: ExecutionPhase, error: string): AgentExecution {
    const execution = this.#live.get(executionId);
    if (isTerminal(execution)) return execution;
    const end = { phase, error, completedAt: rfc3339() };
    return this.#changed({
      ...execution,
      status: merge(execution.status ?? create(AgentExecutionStatusSchema), end),
    });
  }

  /**
   * The current state, then the newest whenever there is one: states are whole, and who reads slowly needs none in between
   * but the one before the last: what is said last is in it. Ends on a terminal phase, or when the signal aborts.
   */
  async *subscribe(executionId: string, signal: AbortSignal): AsyncGenerator<AgentExecution> {
    const waiting: AgentExecution[] = [this.#live.get(executionId)];
    let wake = Promise.withResolvers<void>();
    const subscriber = (execution: AgentExecution) => {
      const last = waiting.at(-1);
      // Nothing comes after the last one.
      if (last !== undefined && isTerminal(last)) return;
      if (!isTerminal(execution)) waiting.pop();
      waiting.push(execution);
      wake.resolve();
    };
    const stop = () => wake.resolve();
    signal.addEventListener("abort", stop, { once: true });
    const subscribers = this.#subscribers.get(executionId) ?? new Set();
    this.#subscribers.set(executionId, subscribers.add(subscriber));
    try {
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next !== undefined) {
          yield next;
          if (isTerminal(next)) return;
          continue;
        }
        await wake.promise;
        wake = Promise.withResolvers();
      }
    } finally {
      signal.removeEventListener("abort", stop);
      subscribers.delete(subscriber);
      if (subscribers.size === 0) this.#subscribers.delete(executionId);
    }
  }

  #changed(execution: AgentExecution): AgentExecution {
    const newest = this.#live.put(execution);
    if (showsWork(newest)) this.#secrets.forget(newest.metadata?.id ?? "");
    for (const tell of this.#subscribers.get(newest.metadata?.id ?? "") ?? []) tell(newest);
    return newest;
  }
}

function merge(before: AgentExecutionStatus, update: Partial<AgentExecutionStatus>): AgentExecutionStatus {
  const {
    messages = [],
    toolCalls = [],
    subAgentExecutions = [],
    todos = {},
    phase,
    error,
    startedAt,
    completedAt,
  } = update;
  return {
    ...before,
    ...(messages.length > 0 ? { messages } : {}),
    ...(toolCalls.length > 0 ? { toolCalls } : {}),
    ...(subAgentExecutions.length > 0 ? { subAgentExecutions } : {}),
    ...(Object.keys(todos).length > 0 ? { todos } : {}),
    ...(phase !== undefined && phase !== ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED ? { phase } : {}),
    ...(error ? { error } : {}),
    ...(startedAt ? { startedAt } : {}),
    ...(completedAt ? { completedAt } : {}),
  };
}
