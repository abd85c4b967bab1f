import { DefaultLogger, makeTelemetryFilterString, Runtime } from "@temporalio/worker";
import type { Logger } from "../log/index.ts";

/** What the SDK warns of and is meant to be so. */
const EXPECTED = /^No workflows registered/;

let installed = false;

/**
 * Installs Temporal's runtime with its log in ours: once in a process, before the first connection; later calls change
 * nothing. The signals stay ours, since the SDK's own handling knows nothing of draining.
 */
export function installTemporalRuntime(logger: Logger): void {
  if (installed) return;
  installed = true;
  const log = logger.child("temporal");
  Runtime.install({
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: "WARN", other: "ERROR" }), forward: {} },
    },
    logger: new DefaultLogger("INFO", ({ level, message, meta }) => {
      const text = meta?.["error"] instanceof Error ? `${message}: ${meta["error"].message}` : message;
      switch (level) {
        case "ERROR":
          return log.error(text);
        case "WARN":
          return EXPECTED.test(text) ? log.debug(text) : log.warn(text);
        case "INFO":
          // The SDK's account of its own states; ours is in the lifecycle's log lines.
          return log.debug(text);
        default:
          return undefined;
      }
    }),
  });
}
