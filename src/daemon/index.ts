export type { Daemon, DaemonOptions } from "./daemon.ts";
export { startDaemon } from "./daemon.ts";
export { lockDataDirectory } from "./data-directory.ts";
export { DevError } from "./dev-error.ts";
export type { LocalTemporal } from "./temporal-server/temporal-server.ts";
export { localTemporal } from "./temporal-server/temporal-server.ts";
