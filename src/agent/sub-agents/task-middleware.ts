import { GraphRecursionError } from "@langchain/langgraph";
import { type AgentMiddleware, createMiddleware } from "langchain";
import { causeOf } from "../../shared/errors.ts";
import { Semaphore } from "../../shared/semaphore.ts";
import { TASK_TOOL } from "../../shared/sub-agents.ts";
import { ThreadError } from "../../threads/index.ts";
import { AgentError } from "../agent-error.ts";
import { asMiddleware } from "../as-middleware.ts";
import { isContextOverflow } from "../model/context-overflow.ts";
import { httpStatus } from "../model/failure-kind.ts";

/** Sub-agents of an execution that work at the same time; further tasks wait. Each of them calls the model. */
export const MAX_PARALLEL_TASKS = 8;
/** Bad request, payload too large, unprocessable content. */
const REQUEST_STATUSES: ReadonlySet<number> = new Set([400, 413, 422]);

const SMALLER_TASK = "Give it a smaller task.";

/** Errors that only concern the sub-agent. The main agent has a call of the budget left. */
const OF_SUB_AGENT: ReadonlySet<string> = new Set(["model-answer", "budget", "no-progress"]);

export interface TaskOptions {
  /** Steps after which an agent is stopped. */
  readonly stepLimit: number;
  /** Ends the run with an error that the main agent would have met too. */
  readonly endRun: (error: AgentError | ThreadError) => void;
  readonly signal: AbortSignal;
}

/**
 * Wraps the main agent's tasks. What only concerns the sub-agent, such as an answer that cannot be used, ends its task: the
 * main agent gets the reason. What the main agent would meet too, such as an invalid API key, ends the run at once.
 */
export function taskMiddleware(options: TaskOptions): AgentMiddleware {
  const slots = new Semaphore(MAX_PARALLEL_TASKS);
  return asMiddleware(
    createMiddleware({
      name: "agentRunnerTasks",
      async wrapToolCall(request, handler) {
        if (request.toolCall.name !== TASK_TOOL) return await handler(request);
        const release = await slots.acquire(options.signal);
        try {
          return await handler(request);
        } catch (error) {
          throw taskError(error, options);
        } finally {
          release();
        }
      },
    }),
  );
}

function taskError(error: unknown, { stepLimit, endRun, signal }: TaskOptions): unknown {
  if (signal.aborted) return error;
  if (causeOf(error, GraphRecursionError) !== undefined) {
    return new AgentError("too-many-steps", `The sub-agent was stopped after ${stepLimit} steps without an answer.`, {
      cause: error,
      remedies: [SMALLER_TASK],
    });
  }
  if (isContextOverflow(error)) {
    return new AgentError("model-call", "The sub-agent's conversation became longer than the model's context.", {
      cause: error,
      remedies: [SMALLER_TASK],
    });
  }
  const known = causeOf(error, AgentError) ?? causeOf(error, ThreadError);
  if (known === undefined || OF_SUB_AGENT.has(known.code) || isAboutRequest(error)) return error;
  endRun(known);
  return known;
}

/** Whether a provider refused what was sent: it may accept the main agent's conversation. */
function isAboutRequest(error: unknown): boolean {
  return REQUEST_STATUSES.has(httpStatus(error) ?? 0);
}
