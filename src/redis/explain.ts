import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import type { RedisConfig } from "../config/index.ts";
import { messageOf, systemCode } from "../shared/errors.ts";
import { RedisError, type RedisErrorCode } from "./redis-error.ts";

/** How long it may take to find out what a port speaks. */
const PROBE_MS = 1_000;

/** Why a connection could not be made, found out from the client's error and, where that says little, from the port. */
export async function explain(error: unknown, config: RedisConfig): Promise<RedisError> {
  const address = `${config.host}:${config.port}`;
  const text = messageOf(error);
  const as = (code: RedisErrorCode, message: string) =>
    new RedisError(code, `Failed to connect to Redis at ${address}: ${message}`, error);
  if (/^WRONGPASS/.test(text)) return as("password-wrong", "it refuses the user or the password (WRONGPASS)");
  if (/^NOAUTH/.test(text)) return as("password-missing", "it wants a password, and none is set (NOAUTH)");
  if (/^NOPERM/.test(text)) return as("not-allowed", text);
  if (/DB index is out of range/i.test(text)) return as("no-database", `it has no database ${config.db}`);
  const code = systemCode(error) ?? "";
  if (code === "ECONNREFUSED") return as("refused", "connection refused: nothing listens there");
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return as("unknown-host", "the host name is unknown");
  if (/CERT|ALTNAME|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) return as("certificate", text);
  if (config.tls !== undefined && (await speaksPlaintext(config))) {
    return as("plaintext-expected", "it does not speak TLS, and REDIS_TLS is true");
  }
  if (config.tls === undefined && (await speaksTls(config))) {
    return as("tls-expected", "it speaks TLS, and REDIS_TLS is not true");
  }
  if (code === "ETIMEDOUT" || /timed out/i.test(text)) return as("timeout", "no answer in time");
  if (/RESP type/.test(text)) return as("not-redis", "what answers there is not Redis");
  return as("lost", text);
}

/** Whether something at the address answers to an unencrypted PING as Redis does. */
async function speaksPlaintext({ host, port }: RedisConfig): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connectTcp({ host, port }, () => socket.write("PING\r\n"));
  socket.on("data", (answer) => resolve(/^[+-]/.test(answer.toString())));
  return await settled(socket, promise, resolve);
}

/** Whether something at the address completes a TLS handshake. */
async function speaksTls({ host, port }: RedisConfig): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // Only the handshake counts: nothing is sent, so it does not matter who answers.
  const socket = connectTls({ host, port, rejectUnauthorized: false }, () => resolve(true));
  return await settled(socket, promise, resolve);
}

async function settled(
  socket: ReturnType<typeof connectTcp>,
  promise: Promise<boolean>,
  resolve: (answer: boolean) => void,
): Promise<boolean> {
  const timer = setTimeout(() => resolve(false), PROBE_MS);
  socket.on("error", () => resolve(false));
  socket.on("close", () => resolve(false));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
