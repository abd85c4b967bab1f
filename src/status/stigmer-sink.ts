import { messageOf } from "../shared/errors.ts";
import { AgentExecutionCommandController, type StigmerClient, StigmerError } from "../stigmer/index.ts";
import { PermanentSinkError, type StatusSink, type StatusUpdate, UnknownExecutionError } from "./status-sink.ts";

/** How long one update may take. */
const UPDATE_TIMEOUT_MS = 10_000;

/** Status updates to the Stigmer API. */
export class StigmerSink implements StatusSink {
  readonly name = "the Stigmer API";
  readonly #client: StigmerClient;

  constructor(client: StigmerClient) {
    this.#client = client;
  }

  async deliver({ executionId, status }: StatusUpdate): Promise<void> {
    try {
      await this.#client.call(
        AgentExecutionCommandController.method.updateStatus,
        { executionId, status },
        { timeoutMs: UPDATE_TIMEOUT_MS },
      );
    } catch (error) {
      const code = error instanceof StigmerError ? error.code : undefined;
      if (code === "not-found") throw new UnknownExecutionError(messageOf(error), { cause: error });
      if (code === "invalid") throw new PermanentSinkError(messageOf(error), { cause: error });
      throw error;
    }
  }
}
