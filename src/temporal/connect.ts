import { NativeConnection } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import { withTimeout } from "../shared/time.ts";
import { connectionOptions } from "./connection-options.ts";
import { explain } from "./explain.ts";

/** Time limit of connecting, including the first call. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects and checks that the namespace exists.
 * @throws TemporalError with the address and the cause, within {@link CONNECT_TIMEOUT_MS} plus the time of the diagnosis
 */
export async function connectTemporal(config: TemporalConfig): Promise<NativeConnection> {
  const { namespace } = config;
  const deadline = Date.now() + CONNECT_TIMEOUT_MS;
  const timedOut = () => new Error(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`);
  let connecting: Promise<NativeConnection> | undefined;
  try {
    connecting = connectionOptions(config).then((options) => NativeConnection.connect(options));
    const connection = await withTimeout(connecting, CONNECT_TIMEOUT_MS, timedOut);
    await connection.withDeadline(deadline, () => connection.workflowService.describeNamespace({ namespace }));
    return connection;
  } catch (error) {
    // A connection that is established after the time limit must not stay open.
    connecting?.then((late) => late.close()).catch(() => undefined);
    throw await explain(error, config);
  }
}
