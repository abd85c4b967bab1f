/** Who acts: the main agent, or the sub-agent that a `task` call started. */
export type Actor = { readonly kind: "main" } | { readonly kind: "sub-agent"; readonly callId: string };

export interface RequestedCall {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface TodoEntry {
  readonly content: string;
  readonly status: "pending" | "in_progress" | "completed";
}

interface Happened {
  readonly actor: Actor;
  readonly at: Date;
}

/** What happens while an agent runs, in the order in which it happens. */
export type AgentEvent = Happened &
  (
    | {
        /** The model says more. */
        readonly type: "text";
        readonly turnId: string;
        readonly text: string;
      }
    | {
        /** The answer broke off, and the model is asked again: what it said of this turn is void. */
        readonly type: "text-withdrawn";
        readonly turnId: string;
      }
    | {
        /** The model has finished a turn: all its text, and the calls it asks for. */
        readonly type: "turn";
        readonly turnId: string;
        readonly text: string;
        readonly calls: readonly RequestedCall[];
      }
    | { readonly type: "tool-started"; readonly callId: string }
    | {
        readonly type: "tool-ended";
        readonly callId: string;
        /** What the agent received. */
        readonly result: string;
        /** Why the call failed; absent where it succeeded. */
        readonly failure?: string;
        /** Where in the sandbox the whole result is kept, where it was long. */
        readonly keptAt?: string;
      }
    | { readonly type: "todos"; readonly todos: readonly TodoEntry[] }
  );
