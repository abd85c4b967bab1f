import { isIP } from "node:net";
import { Connection, type ConnectionOptions } from "@temporalio/client";
import type { TemporalConfig } from "../../config/index.ts";
import { AddressCredentials } from "../../shared/grpc/address-credentials.ts";
import { splitAddress } from "../../shared/net-address.ts";
import { untilAborted, withTimeout } from "../../shared/time.ts";
import { connectionOptions } from "../connection-options.ts";
import { tlsParts } from "../explain.ts";

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
  const connecting = clientOptions(config).then((options) =>
    Connection.connect({ ...options, connectTimeout: limitMs }),
  );
  const timedOut = () => new Error(`no answer within ${limitMs / 1000} s`);
  try {
    return await work(await untilAborted(withTimeout(connecting, limitMs, timedOut), signal));
  } finally {
    connecting.then((connection) => connection.close()).catch(() => undefined);
  }
}

/** The client has no option for a certificate with an IP address, and takes no API key beside credentials. */
async function clientOptions(config: TemporalConfig): Promise<ConnectionOptions> {
  const { address, tls, apiKey } = config;
  const name = tls?.serverName ?? splitAddress(address).host;
  if (tls === undefined || isIP(name) === 0) return await connectionOptions(config);
  return {
    address,
    credentials: new AddressCredentials(name, tlsParts(tls)),
    metadata: apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` },
  };
}
