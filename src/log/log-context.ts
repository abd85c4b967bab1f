import { AsyncLocalStorage } from "node:async_hooks";
import type { LogFields } from "./log-fields.ts";

const context = new AsyncLocalStorage<LogFields>();
const NONE: LogFields = {};

/**
 * Adds fields to every line that is logged by `work` and by what it starts, whoever logs it: parts that all executions
 * share and libraries, too. A logger's own fields win.
 */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return context.run({ ...context.getStore(), ...fields }, work);
}

/** For what an execution starts and others go on using: its lines are not about that execution. */
export function withoutLogFields<T>(work: () => T): T {
  return context.run(NONE, work);
}

export function contextFields(): LogFields {
  return context.getStore() ?? NONE;
}
