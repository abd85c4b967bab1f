import type { RedisConfig } from "../config/index.ts";
import { messageOf, systemCode } from "../shared/errors.ts";
import { networkFailure } from "../shared/network-failure.ts";
import { probeTcp, speaksTls } from "../shared/port-probe.ts";
import { RedisError, type RedisErrorCode } from "./redis-error.ts";
import { refusalOf } from "./refusal.ts";
import { ServerModeError } from "./server-mode.ts";

/** Explains why a connection failed, from the client's error and, if that says little, by probing the port. */
export async function explain(error: unknown, config: RedisConfig): Promise<RedisError> {
  const address = `${config.host}:${config.port}`;
  const text = messageOf(error);
  const as = (code: RedisErrorCode, message: string) =>
    new RedisError(code, `Failed to connect to Redis at ${address}: ${message}`, error);
  if (error instanceof ServerModeError) return as(error.mode, MODES[error.mode]);
  const refusal = refusalOf(error);
  if (refusal !== undefined) return as(refusal.code, refusal.reason);
  if (/DB index is out of range/i.test(text)) return as("no-database", `it has no database ${config.db}`);
  const code = systemCode(error) ?? "";
  const network = networkFailure(code);
  if (network !== undefined) return as(network.code, network.message);
  if (/CERT|ALTNAME|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) return as("certificate", text);
  if (config.tls !== undefined && (await speaksPlaintext(config))) {
    return as("plaintext-expected", "it does not speak TLS, and REDIS_TLS is true");
  }
  if (config.tls === undefined && (await speaksTls(config))) {
    return as("tls-expected", "it speaks TLS, and REDIS_TLS is not true");
  }
  if (code === "ETIMEDOUT" || /timed? ?out/i.test(text)) return as("timeout", "no answer in time");
  if (/RESP type/.test(text)) return as("not-redis", "what answers there is not Redis");
  return as("lost", text);
}

const MODES = {
  cluster: "it is a Redis Cluster, whose nodes each hold a part of the keys",
  sentinel: "it is a Redis Sentinel, which stores no data",
} as const;

/** Whether an unencrypted PING is answered as Redis does. */
async function speaksPlaintext(config: RedisConfig): Promise<boolean> {
  const { answer } = await probeTcp(config, "PING\r\n");
  return /^[+-]/.test(answer?.toString() ?? "");
}
