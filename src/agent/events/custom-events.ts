import type { TodoEntry } from "./agent-event.ts";

/** What the runner's middleware adds to the library's stream, in its mode `custom`. */
export type CustomEvent =
  /** The model is asked again, so the pieces of its answer so far are void. */
  | { readonly type: "agent-runner-asked-again" }
  | { readonly type: "agent-runner-notice"; readonly text: string }
  /** The to-do list of earlier executions. */
  | { readonly type: "agent-runner-todos"; readonly todos: readonly TodoEntry[] };

const TYPES: ReadonlySet<unknown> = new Set<CustomEvent["type"]>([
  "agent-runner-asked-again",
  "agent-runner-notice",
  "agent-runner-todos",
]);

/** @returns `undefined` for anything that is not the runner's */
export function customEvent(data: unknown): CustomEvent | undefined {
  return TYPES.has((data as { readonly type?: unknown } | null)?.type) ? (data as CustomEvent) : undefined;
}

/** Sends an event into the stream of the run. */
export function emit(
  { writer }: { readonly writer?: ((chunk: unknown) => void) | undefined },
  event: CustomEvent,
): void {
  writer?.(event);
}
