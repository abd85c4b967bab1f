/** `model-access`: the model's provider cannot be reached from here, or refuses this runner's key. */
export type AgentErrorCode =
  | "model-configuration"
  | "model-access"
  | "model-call"
  | "model-answer"
  | "too-many-steps"
  | "agent";

/** Why an agent could not be built or did not finish. The message is for the user of the agent. */
export class AgentError extends Error {
  override readonly name = "AgentError";
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
