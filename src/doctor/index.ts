/**
 * Finds out whether a runner could start and work here, by asking everything at once without changing anything, and says
 * what to do about each problem. Used by the command `doctor`. It never writes a file, polls, joins a group of runners,
 * makes a sandbox or uses a model.
 *
 * ```ts
 * const { checks, mask } = await collectChecks({ inspection: inspectConfig({ env }), env, tryBridge: undefined });
 * const reports = await runChecks(checks, { mask });
 * ```
 *
 * @module
 */
export { collectChecks } from "./collect-checks.ts";
export { LiveList } from "./report/live-list.ts";
export { summaryOf } from "./report/summary.ts";
export { reportLines, summaryLine } from "./report/text.ts";
export { type CheckReport, runChecks } from "./run-checks.ts";
