import { LOG_FORMATS, LOG_LEVELS } from "../../shared/log-names.ts";
import { anyText, bearerToken, host, listenPort, oneOf, seconds } from "../parsers/parsers.ts";
import { optional, withDefault } from "../setting.ts";
import { secret } from "./secret.ts";

export const STREAMING = ["messages", "tokens"] as const;

/** The process itself: log, admin server, draining, limits. */
export const runner = {
  STATUS_STREAMING: withDefault(
    oneOf(STREAMING),
    "messages",
    "`messages`: a message is sent when it is complete; `tokens`: it is sent while it grows. The Stigmer CLI prints each message once, when it first sees it.",
  ),
  SANDBOX_COMMAND_TIMEOUT: withDefault(
    seconds(1, 86_400),
    "120",
    "Seconds that one command of the agent may take; then its processes are stopped.",
  ),
  STIGMER_DATA_DIR: withDefault(
    anyText,
    "~/.stigmer/agent-runner",
    "Where the runner keeps what must survive a restart.",
  ),
  STARTUP_WAIT: withDefault(
    seconds(0, 86_400),
    "0",
    "Seconds that a start waits for Temporal where it is not there yet; 0: one attempt.",
  ),
  DRAIN_TIMEOUT: withDefault(
    seconds(0, 86_400),
    "600",
    "Seconds that running executions may go on after the first signal.",
  ),
  ADMIN_HOST: withDefault(
    host,
    "127.0.0.1",
    "Address of the admin server; another one than loopback needs ADMIN_TOKEN.",
  ),
  ADMIN_PORT: withDefault(listenPort, "8790", "Port of the admin server."),
  ADMIN_TOKEN: optional(
    bearerToken,
    "Where set, the admin server's /config and /shutdown want it as a bearer token.",
    secret,
  ),
  LOG_LEVEL: withDefault(
    oneOf(LOG_LEVELS, { warning: "warn", critical: "error", fatal: "error" }),
    "info",
    "Least severe level that is logged.",
  ),
  LOG_FORMAT: withDefault(oneOf(LOG_FORMATS), "text", "`text` for people, `json` for machines."),
};
