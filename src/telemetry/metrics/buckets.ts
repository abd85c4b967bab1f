/** Bounds of histograms in seconds. Agents work for seconds to an hour, which the defaults of the library do not reach. */

/** Whole executions. */
export const EXECUTION_SECONDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600];
/** Waiting: usually nothing, sometimes for a whole execution before it. */
export const WAIT_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800];
/** Until the first word of a model. */
export const FIRST_TOKEN_SECONDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
/** One call of a model. */
export const MODEL_CALL_SECONDS = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];
/** One call of a tool: a file is read in milliseconds, a sub-agent may work for many minutes. */
export const TOOL_CALL_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 120, 600, 3_600];
/** One request to a service. */
export const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
