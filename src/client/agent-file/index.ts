/**
 * @module Agent files: an Agent of the Stigmer API in YAML or JSON, with skills from folders and environments from files.
 * Used by `run --agent`, `run --check` and `dev --watch`, which load it only then. It reads, checks, describes and applies
 * a file; it never runs an agent, and never shows the value of a variable.
 */
export { applyAgentFile } from "./apply.ts";
export { checkAgentFile } from "./check/check.ts";
export { reportLines } from "./check/report-lines.ts";
export { loadAgentFile } from "./load.ts";
