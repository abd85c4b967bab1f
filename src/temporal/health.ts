import type { NativeConnection } from "@temporalio/worker";
import { messageOf } from "../shared/errors.ts";

/**
 * Asks the server for a sign of life.
 * @returns the reason why there was none, or `undefined`
 */
export async function probeTemporal(connection: NativeConnection, timeoutMs: number): Promise<string | undefined> {
  try {
    await connection.withDeadline(Date.now() + timeoutMs, () => connection.workflowService.getSystemInfo({}));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
