import { Connection } from "@temporalio/client";
import type { TemporalConfig } from "../../config/index.ts";
import { untilAborted, withTimeout } from "../../shared/time.ts";
import { connectionOptions } from "../connection-options.ts";

/** How long connecting may take. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Does something with a connection, which is closed afterwards, also when it is established too late.
 * @throws the client's error if there is no connection in time; the signal's reason; what `work` throws
 */
export async function withConnection<T>(
  config: TemporalConfig,
  work: (connection: Connection) => Promise<T>,
  { signal, limitMs = CONNECT_TIMEOUT_MS }: { readonly signal?: AbortSignal; readonly limitMs?: number } = {},
): Promise<T> {
  const connecting = connectionOptions(config).then((options) =>
    Connection.connect({ ...options, connectTimeout: limitMs }),
  );
  const timedOut = () => new Error(`no answer within ${limitMs / 1000} s`);
  try {
    return await work(await untilAborted(withTimeout(connecting, limitMs, timedOut), signal));
  } finally {
    connecting.then((connection) => connection.close()).catch(() => undefined);
  }
}
