import { readFileSync } from "node:fs";
import { NativeConnection, type NativeConnectionOptions } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import { causes, messageOf } from "../shared/errors.ts";
import { withTimeout } from "../shared/time.ts";
import { TemporalError, type TemporalErrorCode } from "./temporal-error.ts";

/** How long a connection, and the first call on it, may take. */
export const CONNECT_TIMEOUT_MS = 7_000;

/**
 * Connects and makes sure that the namespace is there.
 * @throws TemporalError with the address and the cause, within {@link CONNECT_TIMEOUT_MS}
 */
export async function connectTemporal(config: TemporalConfig): Promise<NativeConnection> {
  const { namespace } = config;
  const deadline = Date.now() + CONNECT_TIMEOUT_MS;
  const timedOut = () => new Error(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`);
  let connecting: Promise<NativeConnection> | undefined;
  try {
    connecting = NativeConnection.connect(connectionOptions(config));
    const connection = await withTimeout(connecting, CONNECT_TIMEOUT_MS, timedOut);
    await connection.withDeadline(deadline, () => connection.workflowService.describeNamespace({ namespace }));
    return connection;
  } catch (error) {
    // Also one that comes up after its time must not stay open.
    connecting?.then((late) => late.close()).catch(() => undefined);
    throw describe(error, config);
  }
}

function connectionOptions(config: TemporalConfig): NativeConnectionOptions {
  const { address, tls, apiKey } = config;
  return {
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined
      ? { tls: false }
      : {
          tls: {
            ...(tls.serverName === undefined ? {} : { serverNameOverride: tls.serverName }),
            ...(tls.caFile === undefined ? {} : { serverRootCACertificate: readFileSync(tls.caFile) }),
            ...(tls.client === undefined
              ? {}
              : { clientCertPair: { crt: readFileSync(tls.client.certFile), key: readFileSync(tls.client.keyFile) } }),
          },
        }),
  };
}

function describe(error: unknown, { address, namespace }: TemporalConfig): TemporalError {
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
  if (/certificate|tls|handshake|InvalidContentType|UnknownIssuer/i.test(text)) {
    return as("tls", `TLS with Temporal at ${address} failed: ${text}`);
  }
  return as("unreachable", `Failed to connect to Temporal at ${address}: ${plainCause(text)}`);
}

/** The native client's errors are Rust's debug output; the usual ones in words. */
function plainCause(text: string): string {
  if (/ConnectionRefused/i.test(text)) return "connection refused: nothing listens there";
  if (/dns error/i.test(text)) return "the host name is unknown";
  if (/HTTP status code/i.test(text)) return `something other than Temporal answers there (${text})`;
  return text;
}
