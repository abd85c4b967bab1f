import type { ClientConnectConfig } from "@temporalio/envconfig";
import type { TemporalConfig } from "../config/index.ts";

/**
 * Connection options, made by Temporal's own library for environment configuration. It reads the certificates, but
 * neither the environment nor a configuration file. It is loaded only for TLS or an API key.
 */
export async function connectionOptions({
  address,
  namespace,
  tls,
  apiKey,
}: TemporalConfig): Promise<ClientConnectConfig["connectionOptions"]> {
  if (tls === undefined && apiKey === undefined) return { address };
  const { toClientOptions } = await import("@temporalio/envconfig");
  return toClientOptions({
    address,
    namespace,
    ...(apiKey === undefined ? {} : { apiKey }),
    tls:
      tls === undefined
        ? // Also with an API key: a proxy may add TLS.
          { disabled: true }
        : {
            ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
            ...(tls.ca === undefined ? {} : { serverCACert: tls.ca }),
            ...(tls.client === undefined ? {} : { clientCert: tls.client.cert, clientKey: tls.client.key }),
          },
  }).connectionOptions;
}
