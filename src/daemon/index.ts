/**
 * The parts that `dev` adds to a runner: an embedded Stigmer daemon and a Temporal dev server. Used by the command `dev` and
 * by tests. Neither is meant for other machines: both listen on loopback only.
 * @module
 */
export type { Daemon } from "./daemon.ts";
export { startDaemon } from "./daemon.ts";
export { lockDataDirectory } from "./data-directory.ts";
export { DevError } from "./dev-error.ts";
export type { LocalTemporal } from "./temporal-server/temporal-server.ts";
export { localTemporal } from "./temporal-server/temporal-server.ts";
