import { RunnerError } from "../../shared/runner-error.ts";

/** What is known of a call that gave no result. */
export type CallFate = "not-executed" | "failed" | "unknown";

const BEGINNINGS: Readonly<Record<CallFate, string>> = {
  "not-executed": "Not executed",
  failed: "Failed",
  unknown: "Unknown whether it was executed",
};

/** A call of a server's tool gave no result. The message is for the agent and begins with what is known of the call. */
export class CallError extends RunnerError<CallFate> {
  override readonly name = "CallError";

  /** @param why continues a sentence after a colon, with its full stop; what to do may follow */
  constructor(fate: CallFate, why: string, cause?: unknown) {
    super(fate, `${BEGINNINGS[fate]}: ${why}`, { cause });
  }
}
