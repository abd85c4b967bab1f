/**
 * @module The admin server: probes, the configuration and the shutdown over HTTP. The runner opens it before everything
 * else and closes it last. It only shows what it is given and asks for a drain: it never stops anything itself.
 */

export { adminApp } from "./admin-app.ts";
export { type AdminServer, serveAdmin } from "./admin-server.ts";
export { readinessOf } from "./readiness.ts";
