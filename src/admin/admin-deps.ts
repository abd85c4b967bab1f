import type { RedactedSetting } from "../config/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import type { LogBudget } from "./bounded-log.ts";
import type { PageDeps } from "./page/page-deps.ts";

/** A condition and whether it holds. What is degraded still works. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "degraded" | "failed";
  /** What is wrong, unless it is `ok`. */
  readonly reason?: string;
  /** What to do about it, each a sentence; absent when that is not known. */
  readonly remedies?: readonly string[];
  /** How long its last run took. */
  readonly latencyMs?: number;
  readonly checkedAt?: Date;
  /** Since when it has its status. */
  readonly since?: Date;
  readonly lastSuccess?: Date | undefined;
  readonly lastError?: { readonly at: Date; readonly reason: string } | undefined;
}

/** How the event loop does, see the runner's EventLoopMonitor. */
interface EventLoop {
  /** How late timers were in the last minute. */
  readonly delay: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  /** Why the process is not alive: it was blocked in the last seconds. */
  readonly block: string | undefined;
}

/** The part of the runner's lifecycle that the admin server uses. */
export interface AdminLifecycle {
  readonly startedAt: Date;
  /** `running`, or why the runner takes no work: `starting`, `draining`, … */
  readonly state: string;
  /** When running executions are cut off; `undefined` while not draining. */
  readonly deadline: Date | undefined;
  /** Starts to drain; further calls have no effect. */
  requestDrain(): void;
}

/** What Prometheus reads. */
interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** What the admin server shows and controls. */
export interface AdminDeps {
  readonly mode: string;
  readonly version: string;
  readonly lifecycle: AdminLifecycle;
  /** Executions that run or wait in this process. */
  inFlight(): number;
  checks(): readonly Check[];
  settings(): readonly RedactedSetting[];
  /** `/config` and `/shutdown` require it, if it is set. */
  readonly token?: string | undefined;
  /** The host on which the server listens. */
  readonly host: string;
  readonly log: Logger;
  /** How many lines requests may add to the log. */
  readonly logBudget?: LogBudget | undefined;
  readonly eventLoop: EventLoop;
  readonly executions: Pick<ExecutionRegistry, "list" | "listEnded" | "get" | "cancel" | "count" | "finished">;
  /** Drains, and ends all executions as cancelled. */
  cancelAll(): void;
  /** Resolves when everything but the admin server has ended. */
  readonly ended: Promise<void>;
  /** The page for Prometheus; absent if metrics are off. */
  readonly metrics?: (() => Promise<MetricsPage>) | undefined;
  /** Whether it can be read without the token. */
  readonly isMetricsPublic?: boolean | undefined;
  /** What the status page shows besides; absent: there is none. */
  readonly page?: PageDeps | undefined;
}
