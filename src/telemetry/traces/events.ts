import type { ExecutionEvent } from "../../executions/index.ts";

/** The event of this type. */
export type EventOf<Type extends ExecutionEvent["type"]> = Extract<ExecutionEvent, { readonly type: Type }>;
export type Turn = EventOf<"turn">;
