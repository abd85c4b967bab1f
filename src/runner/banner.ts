import type { Config, TemporalConfig } from "../config/index.ts";
import { unreachable } from "../shared/errors.ts";

const RULE = "=".repeat(60);

/** The lines that documentation and people look for, one log message each. */
export function banner(config: Config): string[] {
  const { temporal, stigmer } = config;
  return [
    RULE,
    `🚀 Stigmer Agent Runner - ${config.mode.toUpperCase()} Mode`,
    RULE,
    `Task Queue: ${temporal.taskQueue}`,
    `Temporal: ${temporal.address} (namespace: ${temporal.namespace})`,
    `Backend: ${stigmer.endpoint}`,
    ...platformLines(config),
    RULE,
  ];
}

function platformLines(config: Config): string[] {
  switch (config.mode) {
    case "local":
      return [
        `Sandbox: filesystem (root: ${config.sandbox.root})`,
        "Note: Using gRPC to Stigmer Daemon for state/streaming",
      ];
    case "cloud":
      return ["Sandbox: daytona", `Redis: ${config.redis.host}:${config.redis.port}`];
    default:
      return unreachable(config);
  }
}

/** The line by which launchers and tests of the system recognize that Temporal was reached. */
export function connectedLine({ address, namespace }: TemporalConfig): string {
  return `✅ [POLYGLOT] Connected to Temporal server at ${address}, namespace: ${namespace}`;
}

/** The summary of the settings, once the platform is open. */
export function summary(config: Config, platform: readonly string[]): string[] {
  return [
    `🔧 Execution Mode: ${config.mode.toUpperCase()}`,
    `🔧 Stigmer Backend: ${config.stigmer.endpoint}`,
    ...platform,
  ];
}
