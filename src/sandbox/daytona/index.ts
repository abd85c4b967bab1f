export { DaytonaApi } from "./daytona-api.ts";
export { DaytonaFailure } from "./daytona-error.ts";
export { DaytonaHealth } from "./daytona-health.ts";
export { DaytonaSandboxes } from "./daytona-sandboxes.ts";
export type { OrphanCollectorOptions, RoundLock } from "./orphans/orphan-collector.ts";
export { OrphanCollector } from "./orphans/orphan-collector.ts";
export type { OrphanLedger, OrphanReason, OrphanSighting, RoundRecord } from "./orphans/orphan-ledger.ts";
export type { GroupOrganization, ReplicaLocks, SessionSandboxes } from "./ports.ts";
