import { readFileSync } from "node:fs";
import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";
import type { StigmerConfig } from "../config/index.ts";
import type { TlsOptions } from "../shared/port-probe.ts";

/** What the server accepts in one message. */
export const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

export const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  // After an outage the next attempt should not be minutes away.
  "grpc.max_reconnect_backoff_ms": 5_000,
  // A stream that waits for long is kept open through load balancers (AWS' network one forgets it after 350 s). The
  // server answers pings closer than 5 min apart, and any while no call is open, by GOAWAY.
  "grpc.keepalive_time_ms": 330_000,
  "grpc.keepalive_timeout_ms": 20_000,
  "grpc.keepalive_permit_without_calls": 0,
};

/** The certificates of a connection, as they are now; absent: plaintext. */
export function readTlsParts({ tls, caFile, client }: StigmerConfig): TlsOptions | undefined {
  if (!tls) return undefined;
  return {
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(client === undefined
      ? {}
      : { client: { cert: readFileSync(client.certFile), key: readFileSync(client.keyFile) } }),
  };
}

export function channelCredentials(tls: TlsOptions | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  return credentials.createSsl(buffer(tls.ca), buffer(tls.client?.key), buffer(tls.client?.cert));
}

function buffer(pem: string | Buffer | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}
