import { RunnerError, type RunnerErrorOptions } from "../shared/runner-error.ts";

type AgentErrorCode =
  | "definition"
  | "model-configuration"
  | "model-call"
  | "model-answer"
  | "too-many-steps"
  | "budget"
  | "no-progress"
  | "mcp-definition"
  | "agent";

interface AgentErrorOptions extends RunnerErrorOptions {
  readonly isReplicaLocal?: boolean;
}

/** An agent could not be built or did not finish. The message is for its user. */
export class AgentError extends RunnerError<AgentErrorCode> {
  override readonly name = "AgentError";
  /** Whether the cause lies between this replica and the model's provider: another replica may succeed. */
  readonly isReplicaLocal: boolean;

  constructor(code: AgentErrorCode, message: string, options: AgentErrorOptions = {}) {
    super(code, message, options);
    this.isReplicaLocal = options.isReplicaLocal ?? false;
  }
}
