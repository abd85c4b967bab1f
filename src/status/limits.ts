/**
 * Largest status in JSON, in bytes. Temporal refuses payloads over 2 MB, and most gRPC clients refuse messages over 4 MiB; in
 * the binary form a status is smaller than in JSON.
 */
export const STATUS_LIMIT = 1024 * 1024;
/** Longest result of one call, in characters. A longer one is stored in the sandbox as a file. */
export const RESULT_LIMIT = 10_000;
/** Longest name and longest id of a call, in characters. */
export const NAME_LIMIT = 200;
/** Longest text in the arguments of a call, for example the content of a written file. */
export const ARGUMENT_LIMIT = 2_000;
/** Deepest nesting and most entries of the arguments of a call. */
export const ARGUMENT_DEPTH = 8;
export const ARGUMENT_ENTRIES = 100;
/** Longest message of the user or the model. */
export const MESSAGE_LIMIT = 200_000;
/** Longest error. */
export const ERROR_LIMIT = 4_000;
/** Maximum number of entries in the agent's to-do list. */
export const TODO_LIMIT = 100;
/** Longest entry of the to-do list. */
export const TODO_TEXT_LIMIT = 300;
