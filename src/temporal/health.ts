import type { NativeConnection } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import { explain } from "./explain.ts";

/**
 * Asks the server for a sign of life.
 * @returns the reason why there was none, or `undefined`
 */
export async function probeTemporal(
  connection: NativeConnection,
  config: TemporalConfig,
  timeoutMs: number,
): Promise<string | undefined> {
  try {
    await connection.withDeadline(Date.now() + timeoutMs, () => connection.workflowService.getSystemInfo({}));
    return undefined;
  } catch (error) {
    return (await explain(error, config)).message;
  }
}
