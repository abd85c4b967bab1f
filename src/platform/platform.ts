import type { EnvMap } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import type { Journal } from "../recovery/index.ts";
import type { SandboxProvider } from "../sandbox/index.ts";
import type { AddressPolicy } from "../shared/address-policy.ts";
import type { HealthCheck } from "../shared/health.ts";
import type { Measures } from "../shared/measures.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import type { StatusSink } from "../status/index.ts";
import type { StigmerClient } from "../stigmer/index.ts";
import type { IsWorkflowOpen, ThreadStore } from "../threads/index.ts";

/**
 * A platform whose requirements can be used. Nothing outside this process has been changed yet, so that a start that fails
 * leaves nothing behind.
 */
export interface PreparedPlatform {
  /** Whether other runners may poll the same queue. */
  readonly mayHaveReplicas: boolean;
  /** Log lines that say what this platform is made of: after the banner, and in the summary of the settings. */
  readonly connected: readonly string[];
  readonly summary: readonly string[];
  /**
   * The group that {@link join} joins. Changes nothing.
   * @returns `undefined` when there is none yet, so that this runner would be its first
   * @throws RunnerError
   */
  findGroup(): Promise<string | undefined>;
  /** Joins the group and starts what works in the background: once, right before the worker. @throws RunnerError */
  join(): Promise<Platform>;
  /** Closes the platform, also after {@link join}. */
  close(): Promise<void>;
}

/** Everything that differs between local and cloud mode, as a member of a group of runners. */
export interface Platform {
  /** The backend, with the API key of this mode. */
  readonly stigmer: StigmerClient;
  readonly sandboxes: SandboxProvider;
  /** Where MCP servers of agents may be, as far as the runner itself connects to them; absent: anywhere. */
  readonly addressPolicy?: AddressPolicy | undefined;
  readonly threads: ThreadStore;
  /** Where status updates go in addition to the Stigmer API. */
  readonly sinks: readonly StatusSink[];
  readonly checks: readonly HealthCheck[];
  /** Records which executions run here. */
  readonly journal: Journal;
  /** Runners with the same name share sessions, threads and locks. */
  readonly group: string;
  /** Whether a runner whose executions the journal reports as abandoned has certainly ended. */
  readonly isJournalCertain: boolean;
}

export interface PlatformOptions {
  readonly log: Logger;
  /** Gets secrets that must not be shown. */
  readonly mask: SecretMask;
  /** Asks Temporal once there is a connection. */
  readonly isWorkflowOpen: IsWorkflowOpen;
  /** The environment of the process; commands in a local sandbox get a small part of it. */
  readonly env: EnvMap;
  /** Counts what the platform does; absent: nobody counts. */
  readonly measures?: Measures | undefined;
}
