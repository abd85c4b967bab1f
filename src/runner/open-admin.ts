import { type AdminServer, adminApp, serveAdmin } from "../admin/index.ts";
import type { Lifecycle } from "../cli/index.ts";
import { type Loaded, redacted } from "../config/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { version } from "../version.ts";
import type { EventLoopMonitor } from "./event-loop-monitor.ts";
import { ListenError } from "./listen-error.ts";
import type { Readiness } from "./readiness.ts";

export interface AdminOptions {
  readonly loaded: Loaded;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly readiness: Readiness;
  readonly eventLoop: EventLoopMonitor;
}

/** Opens the admin server. It comes first, so that probes can follow the start. @throws ListenError */
export async function openAdmin({
  loaded,
  log,
  lifecycle,
  executions,
  readiness,
  eventLoop,
}: AdminOptions): Promise<AdminServer> {
  const { admin, mode } = loaded.config;
  const { host, port, token } = admin;
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
  });
  try {
    const server = await serveAdmin(app, host, port);
    log.info(`Admin server listens on ${server.url}`);
    return server;
  } catch (error) {
    throw new ListenError(host, port, error);
  }
}
