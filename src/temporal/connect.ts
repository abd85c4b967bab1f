import { NativeConnection, type NativeConnectionOptions } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import { withTimeout } from "../shared/time.ts";
import { explain } from "./explain.ts";

/** How long a connection, and the first call on it, may take. */
export const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects and makes sure that the namespace is there.
 * @throws TemporalError with the address and the cause, within {@link CONNECT_TIMEOUT_MS} and the time to find it out
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
    // Also one that comes up after its time must not stay open.
    connecting?.then((late) => late.close()).catch(() => undefined);
    throw await explain(error, config);
  }
}

/**
 * The settings as Temporal's own library for environment configuration turns them into options; it reads the
 * certificates, and neither the environment nor a configuration file. A laptop's Temporal needs none of it.
 */
async function connectionOptions({
  address,
  namespace,
  tls,
  apiKey,
}: TemporalConfig): Promise<NativeConnectionOptions> {
  if (tls === undefined && apiKey === undefined) return { address };
  const { toClientOptions } = await import("@temporalio/envconfig");
  return toClientOptions({
    address,
    namespace,
    ...(apiKey === undefined ? {} : { apiKey }),
    tls:
      tls === undefined
        ? // Also with an API key: something else may bring TLS to the server.
          { disabled: true }
        : {
            ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
            ...(tls.ca === undefined ? {} : { serverCACert: tls.ca }),
            ...(tls.client === undefined ? {} : { clientCert: tls.client.cert, clientKey: tls.client.key }),
          },
  }).connectionOptions;
}
