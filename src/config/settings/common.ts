import { seconds } from "../parsers/numbers.ts";
import { directory } from "../parsers/paths.ts";
import { oneOf } from "../parsers/words.ts";
import { setting } from "../setting.ts";
import { admin } from "./admin.ts";
import { budget } from "./budget.ts";
import { log } from "./log.ts";
import { metrics } from "./metrics.ts";
import { traces } from "./traces.ts";

/** The process itself, in either mode. */
export const commonSettings = {
  statusStreaming: setting({
    name: "STATUS_STREAMING",
    parser: oneOf(["messages", "tokens"]),
    default: "messages",
    description:
      "When a message of the agent is sent: `messages`, when it is complete; `tokens`, while it grows. The Stigmer CLI prints each message once, when it first sees it.",
  }),
  budget,
  commandTimeoutMs: setting({
    name: "SANDBOX_COMMAND_TIMEOUT",
    parser: seconds(1, 86_400),
    default: "120",
    description: "How long one command of the agent may run, in seconds; then its processes are stopped.",
  }),
  mcpConnectTimeoutMs: setting({
    name: "MCP_CONNECT_TIMEOUT",
    parser: seconds(1, 3_600),
    default: "30",
    description:
      "How long an MCP server that is a program may take until it is connected, in seconds; one in a container, four times as long. HTTP servers have a limit of their own.",
  }),
  /** Absolute path. */
  dataDir: setting({
    name: "STIGMER_DATA_DIR",
    parser: directory,
    default: "~/.stigmer/agent-runner",
    description: "Directory for what must survive a restart.",
  }),
  /** How long a start waits for Temporal. */
  startupWaitMs: setting({
    name: "STARTUP_WAIT",
    parser: seconds(0, 86_400),
    default: "0",
    description: "How long a start waits for Temporal, in seconds; `0` means one attempt.",
  }),
  drainTimeoutMs: setting({
    name: "DRAIN_TIMEOUT",
    parser: seconds(0, 86_400),
    default: "600",
    description: "How long running executions may continue after the first signal, in seconds.",
  }),
  /** How long the supervisor waits for the process to end before it kills it. */
  terminationGraceMs: setting({
    name: "POD_TERMINATION_GRACE_SECONDS",
    parser: seconds(0, 86_400),
    description:
      "How long the pod or container may take to stop before it is killed (terminationGracePeriodSeconds), in seconds. The runner warns if DRAIN_TIMEOUT does not fit into it.",
  }),
  admin,
  log,
  metrics,
  traces,
};
