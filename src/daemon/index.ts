export type { Daemon, DaemonOptions } from "./daemon.ts";
export { startDaemon } from "./daemon.ts";
