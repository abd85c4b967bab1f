import { Client, WorkflowNotFoundError } from "@temporalio/client";
import type { TemporalConfig } from "../../config/index.ts";
import { explain } from "../explain.ts";
import { withConnection } from "./with-connection.ts";

const CALL_TIMEOUT_MS = 10_000;

/** The result of a request to cancel a workflow. */
export type CancelOutcome =
  | { readonly type: "requested" }
  /** It has ended already. */
  | { readonly type: "ended"; readonly wasCancelled: boolean }
  /** There is no workflow with this id. */
  | { readonly type: "unknown" };

/** Requests the cancellation of a workflow; returns when Temporal has accepted it. @throws TemporalError; the signal's reason */
export async function cancelWorkflow(
  config: TemporalConfig,
  workflowId: string,
  signal: AbortSignal,
): Promise<CancelOutcome> {
  try {
    return await withConnection(
      config,
      async (connection) => {
        const handle = new Client({ connection, namespace: config.namespace }).workflow.getHandle(workflowId);
        const ask = <T>(work: () => Promise<T>) =>
          connection.withAbortSignal(signal, () => connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, work));
        const { status } = await ask(() => handle.describe());
        if (status.name !== "RUNNING") return { type: "ended", wasCancelled: status.name === "CANCELLED" };
        try {
          await ask(() => handle.cancel());
          return { type: "requested" };
        } catch (error) {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
          // It ended before it could be cancelled.
          const ended = await ask(() => handle.describe());
          return { type: "ended", wasCancelled: ended.status.name === "CANCELLED" };
        }
      },
      { signal },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WorkflowNotFoundError) return { type: "unknown" };
    throw await explain(error, config);
  }
}
