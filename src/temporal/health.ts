import type { NativeConnection } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import { explain } from "./explain.ts";
import { checkState } from "./namespace-state.ts";
import { TemporalError } from "./temporal-error.ts";

/**
 * Asks the server for the namespace. It may have been deleted, or these credentials may have been revoked.
 * @returns why it cannot be used, or `undefined`
 */
export async function probeTemporal(
  connection: NativeConnection,
  config: TemporalConfig,
  timeoutMs: number,
): Promise<TemporalError | undefined> {
  const { namespace } = config;
  try {
    const { namespaceInfo } = await connection.withDeadline(Date.now() + timeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    checkState(namespaceInfo?.state, config);
    return undefined;
  } catch (error) {
    return error instanceof TemporalError ? error : await explain(error, config);
  }
}
