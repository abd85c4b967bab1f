import { readFileSync } from "node:fs";
import type { PemSource, TemporalConfig, TemporalTlsConfig } from "../config/index.ts";
import { type ConnectionFailure, diagnoseConnection } from "../shared/connection-failure.ts";
import { causes, messageOf } from "../shared/errors.ts";
import { splitAddress } from "../shared/net-address.ts";
import type { TlsOptions } from "../shared/port-probe.ts";
import { TemporalError, type TemporalErrorCode } from "./temporal-error.ts";

/** Explains why a connection failed: from the server's answer, or else by probing the port. */
export async function explain(error: unknown, config: TemporalConfig): Promise<TemporalError> {
  const { address, namespace } = config;
  const text = [...causes(error)].map(messageOf).join(": ");
  const as = (code: TemporalErrorCode, message: string) => new TemporalError(code, message, error);
  if (/not ?found/i.test(text) && /namespace/i.test(text)) {
    return as("namespace-not-found", `Temporal at ${address} has no namespace "${namespace}"`);
  }
  if (/permission ?denied|unauthenticated|unauthorized/i.test(text)) {
    return as(
      "unauthorized",
      `Temporal at ${address} refuses these credentials for the namespace "${namespace}": ${text}`,
    );
  }
  return (
    (await portFailure(config, error)) ??
    as("unreachable", `Failed to connect to Temporal at ${address}: ${plainCause(text)}`)
  );
}

/** Probes the port. @returns why it cannot be connected to; `undefined` if nothing was found */
export async function portFailure(config: TemporalConfig, cause?: unknown): Promise<TemporalError | undefined> {
  const failure = await connectionFailure(config);
  if (failure === undefined) return undefined;
  return new TemporalError(
    failure.code,
    `Failed to connect to Temporal at ${config.address}: ${failure.message}`,
    cause,
  );
}

async function connectionFailure({ address, tls }: TemporalConfig): Promise<ConnectionFailure | undefined> {
  try {
    return await diagnoseConnection(splitAddress(address), tls === undefined ? undefined : tlsParts(tls));
  } catch {
    // A file was deleted meanwhile: the error to be explained says so too, or has another cause.
    return undefined;
  }
}

/** The native client's error text without Rust debug output, for failures above TLS. */
function plainCause(text: string): string {
  if (/HTTP status code/i.test(text)) return `something other than Temporal answers there (${text})`;
  return text;
}

/** Reads the certificates of a connection. */
export function tlsParts({ serverName, ca, client }: TemporalTlsConfig): TlsOptions {
  return {
    ...(serverName === undefined ? {} : { serverName }),
    ...(ca === undefined ? {} : { ca: pemOf(ca) }),
    ...(client === undefined ? {} : { client: { cert: pemOf(client.cert), key: pemOf(client.key) } }),
  };
}

function pemOf(source: PemSource): string | Buffer {
  return "path" in source ? readFileSync(source.path) : source.data;
}
