/**
 * The client of a Stigmer daemon: submits an execution, follows it, and displays it. Used by the commands `run`, `attach`
 * and `list`. It never needs a running runner in this process.
 * @module
 */
export { BackendUnavailableError, ClientError, clock } from "./client-error.ts";
export { assistantInstance } from "./default-instance.ts";
export { follow } from "./follow.ts";
export { JsonView, jsonLine, safeJson } from "./json-view.ts";
export { listExecutions } from "./list.ts";
export { listLines } from "./list-lines.ts";
export { LiveArea } from "./live-area.ts";
export { messageFrom } from "./message.ts";
export { isTerminal, phaseOf } from "./phase.ts";
export { runtimeEnv } from "./runtime-env.ts";
export type { Submission } from "./submit.ts";
export { submit } from "./submit.ts";
export { TextView } from "./text-view.ts";
export type { Outputs, View } from "./view.ts";
