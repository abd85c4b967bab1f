import type { AgentDefinition } from "./agent-definition.ts";

/** One message to one agent: all that must be known before it can be answered. */
export interface ExecutionDefinition {
  readonly executionId: string;
  /** Absent for an execution without a session. */
  readonly sessionId?: string | undefined;
  /** The thread that the session names; absent: the session's own. */
  readonly threadId?: string | undefined;
  /** The sandbox that the session used last. */
  readonly sandboxId?: string | undefined;
  /** Empty if none is known. */
  readonly organization: string;
  /** The user's text. */
  readonly message: string;
  readonly agent: AgentDefinition;
  /** What the user should know about the definition, each in whole sentences. */
  readonly notices: readonly string[];
}
