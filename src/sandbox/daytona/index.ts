/**
 * Sandboxes at Daytona: finding, creating, starting and deleting them. Used by the cloud platform. It never decides how
 * commands run or files are read: that is `remote/`.
 *
 * @module
 */
export { DaytonaApi } from "./daytona-api.ts";
// Errors and health.
export { DaytonaFailure } from "./daytona-error.ts";
export { DaytonaHealth } from "./daytona-health.ts";
export { DaytonaSandboxes } from "./daytona-sandboxes.ts";
// Deleting sandboxes that nothing needs.
export { OrphanCollector, type OrphanCollectorOptions } from "./orphans/orphan-collector.ts";
export type { OrphanLedger, OrphanSighting, RoundRecord } from "./orphans/orphan-ledger.ts";
// What they need from the platform.
export type { GroupOrganization, ReplicaLocks, SessionSandboxes } from "./ports.ts";
