import { adminApp, type PageDeps, serveAdmin } from "../admin/index.ts";
import type { Lifecycle } from "../cli/index.ts";
import { type Loaded, redacted } from "../config/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { ListenError } from "../shared/listen-error.ts";
import type { RunnerMetrics } from "../telemetry/metrics/index.ts";
import { version } from "../version.ts";
import { cancelAll } from "./cancel-all.ts";
import type { EventLoopMonitor } from "./event-loop-monitor.ts";
import type { Readiness } from "./readiness.ts";

/** An admin server, which may have requests that wait for the runner's end. */
export interface RunningAdmin {
  readonly url: string;
  /** Everything else has ended: answers who waits for that, then stops. */
  end(): Promise<void>;
}

export interface AdminOptions {
  readonly loaded: Loaded;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly readiness: Readiness;
  readonly eventLoop: EventLoopMonitor;
  readonly metrics?: RunnerMetrics | undefined;
  readonly page: PageDeps;
}

/** Opens the admin server. It comes first, so that probes can follow the start. @throws ListenError */
export async function openAdmin(options: AdminOptions): Promise<RunningAdmin> {
  const { loaded, log, lifecycle, executions, readiness, eventLoop, metrics, page } = options;
  const { admin, mode } = loaded.config;
  const { host, port, token } = admin;
  const ended = Promise.withResolvers<void>();
  const app = adminApp({
    mode,
    version,
    lifecycle,
    inFlight: () => executions.count,
    checks: () => readiness.checks,
    settings: () => redacted(loaded.views),
    log: log.child("admin"),
    host,
    token,
    eventLoop,
    executions,
    cancelAll: () => cancelAll({ lifecycle, executions, log }),
    ended: ended.promise,
    metrics: metrics === undefined ? undefined : () => metrics.page(),
    isMetricsPublic: loaded.config.metrics.isPublic,
    page,
  });
  try {
    const server = await serveAdmin(app, host, port, { mustBeLoopback: token === undefined, log: log.child("admin") });
    log.info(`Admin server listens on ${server.url}`);
    return {
      url: server.url,
      end: async () => {
        ended.resolve();
        await server.stop();
      },
    };
  } catch (error) {
    throw new ListenError(host, port, error);
  }
}
