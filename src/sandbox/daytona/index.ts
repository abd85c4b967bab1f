export { DaytonaApi } from "./daytona-api.ts";
export { DaytonaFailure } from "./daytona-error.ts";
export { DaytonaHealth } from "./daytona-health.ts";
export { DaytonaSandboxes } from "./daytona-sandboxes.ts";
export type { ReplicaLocks, SessionSandboxes } from "./ports.ts";
export { Reaper } from "./reaper.ts";
