import { messageOf } from "../shared/errors.ts";
import { AgentExecutionCommandController, type StigmerClient, StigmerError } from "../stigmer/index.ts";
import { PermanentSinkError, type StatusSink, type StatusUpdate, UnknownExecutionError } from "./status-sink.ts";

/** Time limit of one update. */
const UPDATE_TIMEOUT_MS = 10_000;
/** Minimum time limit, however close the deadline is. */
const MIN_TIMEOUT_MS = 2_000;

/** Sends status updates to the Stigmer API, which accepts whole states only. */
export class StigmerSink implements StatusSink {
  readonly name = "the Stigmer API";
  readonly sends = "whole states";
  readonly #client: StigmerClient;

  constructor(client: StigmerClient) {
    this.#client = client;
  }

  async deliver({ executionId, status, deadline }: StatusUpdate): Promise<void> {
    const left = deadline === undefined ? UPDATE_TIMEOUT_MS : deadline - Date.now();
    try {
      await this.#client.call(
        AgentExecutionCommandController.method.updateStatus,
        { executionId, status },
        { timeoutMs: Math.min(Math.max(left, MIN_TIMEOUT_MS), UPDATE_TIMEOUT_MS) },
      );
    } catch (error) {
      const code = error instanceof StigmerError ? error.code : undefined;
      if (code === "not-found") throw new UnknownExecutionError(messageOf(error), error);
      if (code === "invalid") throw new PermanentSinkError(messageOf(error), error);
      throw error;
    }
  }
}
