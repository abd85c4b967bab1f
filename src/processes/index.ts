/**
 * Starting, tracking and ending what commands start: used by the sandbox of this machine. It never decides what runs, nor
 * how long.
 *
 * @module
 */

export { hideProcess } from "./hide-process.ts";
export { availableMemory } from "./memory-shortage.ts";
export { adoptOrphans, registerOwnSession } from "./orphans.ts";
export { type MemoryKills, ProcessTree } from "./process-tree.ts";
export { TRACKING_VARIABLE } from "./tracking-id.ts";
