/** How long stopped executions may take to end, counted from when no further task can arrive. */
export const STOP_LIMIT_MS = 20_000;
/** How long the worker may take to shut down after the last execution. */
export const SHUTDOWN_LIMIT_MS = 3_000;
/** How long closing connections may take at the end. */
export const CLOSE_LIMIT_MS = 5_000;
