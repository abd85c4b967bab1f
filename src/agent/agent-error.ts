export type AgentErrorCode = "model-configuration" | "model-call" | "model-answer" | "too-many-steps" | "agent";

/** Why an agent could not be built or did not finish. The message is for the user of the agent. */
export class AgentError extends Error {
  override readonly name = "AgentError";
  readonly code: AgentErrorCode;
  /** Whether it lies between this replica and the model's provider: another replica may succeed. */
  readonly isOfReplica: boolean;

  constructor(code: AgentErrorCode, message: string, cause?: unknown, isOfReplica = false) {
    super(message, { cause });
    this.code = code;
    this.isOfReplica = isOfReplica;
  }
}
