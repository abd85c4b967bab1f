/**
 * Starts, tracks and ends processes: nothing that is started here outlives its owner, nor this process, even if that is
 * killed. Used by the sandbox of this machine and by the Temporal server of `dev`. It never decides what runs, nor how
 * long.
 *
 * ```ts
 * const tree = new ProcessTree({ memoryLimit: 1024 ** 3 });
 * const child = tree.start("npx", ["some-mcp-server"], { env: { PATH }, stdio: ["pipe", "pipe", "ignore"] });
 * await tree.stopAll();
 * ```
 *
 * @module
 */
// What executions start.
export { mayLimitMemory } from "./control-groups.ts";
export { TERMINATE_GRACE_MS } from "./end-processes.ts";

// The runner's own process, and its machine.
export { hideProcess } from "./hide-process.ts";
export { availableMemory } from "./memory-shortage.ts";
export { adoptOrphans } from "./orphans.ts";
// What the runner needs for itself.
export { OwnProcess } from "./own-process.ts";
export { type MemoryKills, ProcessTree } from "./process-tree.ts";
export { type EndOfProgram, runToEnd } from "./run-to-end.ts";
