/**
 * @module The admin server: probes, the configuration, the shutdown and the status page over HTTP. The runner opens it
 * before everything else and closes it last. It shows what it is given, asks for a drain and cancels executions for an
 * operator: it never stops the runner itself.
 */

export { adminApp } from "./admin-app.ts";
export { serveAdmin } from "./admin-server.ts";
export { History } from "./page/history.ts";
export type { PageDeps } from "./page/page-deps.ts";
export { PageStreams } from "./page/page-streams.ts";
export { readinessOf } from "./readiness.ts";
