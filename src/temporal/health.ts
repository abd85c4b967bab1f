import type { NativeConnection } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import { explain } from "./explain.ts";
import { TemporalError } from "./temporal-error.ts";

/** `NAMESPACE_STATE_DELETED` of Temporal's API. */
const DELETED = 3;

/**
 * Asks the server for the namespace. It may have been deleted, or these credentials may have been revoked.
 * @returns why it cannot be used, or `undefined`
 */
export async function probeTemporal(
  connection: NativeConnection,
  config: TemporalConfig,
  timeoutMs: number,
): Promise<TemporalError | undefined> {
  const { namespace, address } = config;
  try {
    const { namespaceInfo } = await connection.withDeadline(Date.now() + timeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    if (namespaceInfo?.state !== DELETED) return undefined;
    return new TemporalError(
      "namespace-not-found",
      `the namespace "${namespace}" at ${address} was deleted`,
      undefined,
    );
  } catch (error) {
    return await explain(error, config);
  }
}
