import type { ClientConnectConfig } from "@temporalio/envconfig";
import type { TemporalConfig } from "../config/index.ts";

/**
 * The settings as Temporal's own library for environment configuration turns them into options; it reads the
 * certificates, and neither the environment nor a configuration file. A laptop's Temporal needs none of it.
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
        ? // Also with an API key: something else may bring TLS to the server.
          { disabled: true }
        : {
            ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
            ...(tls.ca === undefined ? {} : { serverCACert: tls.ca }),
            ...(tls.client === undefined ? {} : { clientCert: tls.client.cert, clientKey: tls.client.key }),
          },
  }).connectionOptions;
}
