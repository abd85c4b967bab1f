/**
 * Starting, tracking and ending what commands start: used by the sandbox of this machine. It never decides what runs, nor
 * how long.
 *
 * @module
 */
export { CommandProcesses, type MemoryKills } from "./command-processes.ts";
export { hideProcess } from "./hide-process.ts";
export { MARK } from "./marks.ts";
export { availableMemory } from "./memory-shortage.ts";
export { adoptOrphans, keepChild } from "./orphans.ts";
