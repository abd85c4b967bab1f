import { EXIT, type ExitCode } from "../cli/index.ts";
import { ConfigError, describeProblem } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { PlatformError, type PlatformErrorCode } from "../platform/index.ts";
import { localhostHint } from "../shared/container.ts";
import { stackOf, systemCode } from "../shared/errors.ts";
import { DatabaseError } from "../shared/open-database.ts";
import { TEMPORAL_REMEDIES, TemporalError } from "../temporal/index.ts";

const RULE = "=".repeat(80);

/** Why the runner could not start, for people. */
export interface StartupFailure {
  readonly what: string;
  readonly error: string;
  /** Likely causes, each with what to do. */
  readonly causes: readonly string[];
  readonly exitCode: ExitCode;
}

/** Logs the block that ends a failed start. */
export function logStartupFailure(failure: StartupFailure, log: Logger): void {
  const causes = failure.causes.map((cause, index) => `  ${index + 1}. ${cause}`);
  const lines = [
    RULE,
    `STARTUP FAILURE: ${failure.what}`,
    `Error: ${failure.error}`,
    ...(causes.length > 0 ? ["Possible causes:"] : []),
    ...causes,
    RULE,
  ];
  for (const line of lines) log.error(line);
}

/** An admin server that could not listen. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Runners that poll the same queue do not share what they have to. The message names them. */
export class UnsharedQueueError extends Error {
  override readonly name = "UnsharedQueueError";
}

export function startupFailure(error: unknown): StartupFailure {
  if (error instanceof ConfigError) {
    const causes = error.problems.map(describeProblem);
    const count = causes.length === 1 ? "1 problem" : `${causes.length} problems`;
    return {
      what: "the configuration is not valid",
      error: `${count} in the configuration`,
      causes,
      exitCode: EXIT.configuration,
    };
  }
  if (error instanceof TemporalError) {
    const hint = localhostHint(error.message);
    return {
      what: "no connection to Temporal",
      error: error.message,
      causes: [...TEMPORAL_REMEDIES[error.code], ...(hint === undefined ? [] : [hint])],
      exitCode: EXIT.unavailable,
    };
  }
  if (error instanceof PlatformError) {
    return {
      what: PLATFORM_FAILURES[error.code],
      error: error.message,
      causes: error.remedies,
      exitCode: EXIT.unavailable,
    };
  }
  if (error instanceof DatabaseError) {
    return {
      what: "a database cannot be used",
      error: error.message,
      causes: [error.remedy],
      exitCode: EXIT.unavailable,
    };
  }
  if (error instanceof UnsharedQueueError) {
    return {
      what: "the runners of this task queue do not share a Redis",
      error: error.message,
      causes: [
        "REDIS_HOST, REDIS_PORT or REDIS_DB of this runner, or of the others, is wrong: compare them with `agent-runner config`.",
        "The runners are moved to another Redis: stop all that use the old one, wait a minute, and start them again.",
        "This runner is meant for other work: give it a task queue of its own with TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE.",
      ],
      exitCode: EXIT.unavailable,
    };
  }
  if (error instanceof ListenError) {
    return {
      what: "the admin server cannot listen",
      error: error.message,
      causes: listenRemedies(systemCode(error)),
      exitCode: EXIT.unavailable,
    };
  }
  return {
    what: "an unexpected error",
    error: stackOf(error),
    causes: ["This is most likely a defect of the runner: please report it with these lines."],
    exitCode: EXIT.failed,
  };
}

function listenRemedies(code: string | undefined): readonly string[] {
  switch (code) {
    case "EADDRINUSE":
      return [
        "Another runner is already running here: stop it, or give this one another port with ADMIN_PORT.",
        "Another program uses the port: choose one with ADMIN_PORT, or ADMIN_PORT=0 for any free one.",
      ];
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "ETIMEOUT":
      return [
        "ADMIN_HOST is misspelled, or names a host that is not known here: set it to an address of this machine, such as 127.0.0.1.",
        "The name service of this machine does not work: try `getent hosts <ADMIN_HOST>`.",
      ];
    case "EADDRNOTAVAIL":
      return [
        "ADMIN_HOST is the address of another machine: set it to one of this machine, to 127.0.0.1, or to 0.0.0.0 with ADMIN_TOKEN.",
      ];
    case "EACCES":
      return ["Ports below 1024 need privileges: set ADMIN_PORT to a higher one."];
    default:
      return [
        "ADMIN_HOST is no address of this machine, or the port needs privileges: check ADMIN_HOST and ADMIN_PORT.",
      ];
  }
}

const PLATFORM_FAILURES: Readonly<Record<PlatformErrorCode, string>> = {
  directory: "a directory cannot be used",
  redis: "Redis cannot be used",
  credentials: "the API key is not valid",
  daytona: "Daytona cannot be used",
};
