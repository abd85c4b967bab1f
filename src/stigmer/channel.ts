import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";
import type { StigmerConfig } from "../config/index.ts";
import { AddressCredentials } from "../shared/grpc/address-credentials.ts";
import { splitAddress } from "../shared/net-address.ts";
import type { TlsOptions } from "../shared/port-probe.ts";
import { SKILL_ZIP_LIMITS } from "../shared/skill-limits.ts";

/** Maximum size of a message that the server accepts. */
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

/** Maximum size of a message with a skill of 100 MiB, the contract's limit. Today's server accepts fewer: it says so itself. */
export const MAX_SKILL_MESSAGE_BYTES = 101 * 1024 * 1024;

/** Maximum size of an answer with a whole file: the largest skill, and what surrounds it. */
const MAX_FILE_ANSWER_BYTES = SKILL_ZIP_LIMITS.packedBytes + 64 * 1024;

export const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_SKILL_MESSAGE_BYTES,
  // After an outage, reconnect within seconds.
  "grpc.max_reconnect_backoff_ms": 5_000,
  // Pings keep an idle stream open through load balancers (AWS' network load balancer drops it after 350 s). The server
  // answers pings that are less than 5 min apart, and any ping while no call is open, with GOAWAY.
  "grpc.keepalive_time_ms": 330_000,
  "grpc.keepalive_timeout_ms": 20_000,
  "grpc.keepalive_permit_without_calls": 0,
};

/** For calls whose answer is a whole file. */
export const FILE_CHANNEL_OPTIONS: ChannelOptions = {
  ...CHANNEL_OPTIONS,
  "grpc.max_receive_message_length": MAX_FILE_ANSWER_BYTES,
};

/** Reads the certificates of a connection. @returns `undefined` for plaintext */
export function readTlsParts({ tls, caFile, client }: StigmerConfig): TlsOptions | undefined {
  if (!tls) return undefined;
  return {
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(client === undefined
      ? {}
      : { client: { cert: readFileSync(client.certFile), key: readFileSync(client.keyFile) } }),
  };
}

/** Credentials of a gRPC channel; plaintext without TLS options. */
export function channelCredentials(endpoint: string, tls: TlsOptions | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const { host } = splitAddress(endpoint);
  if (isIP(host) !== 0) return new AddressCredentials(host, tls);
  return credentials.createSsl(buffer(tls.ca), buffer(tls.client?.key), buffer(tls.client?.cert));
}

function buffer(pem: string | Buffer | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}
