import type { TokenUsage } from "../../shared/token-usage.ts";

/** The main agent, or the sub-agent that a `task` call started. */
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

/** What all events have in common. */
export interface EventBase {
  readonly actor: Actor;
  readonly at: Date;
}

/** What happens while an agent runs, in order. */
export type AgentEvent = EventBase &
  (
    | {
        /** A piece of the model's answer. */
        readonly type: "text";
        readonly turnId: string;
        readonly text: string;
      }
    | {
        /** The answer broke off and the model is asked again: the pieces of this turn are void. */
        readonly type: "text-withdrawn";
        readonly turnId: string;
      }
    | {
        /** A complete answer of the model: its whole text, and the calls that it asks for. */
        readonly type: "turn";
        readonly turnId: string;
        readonly text: string;
        readonly calls: readonly RequestedCall[];
        /** What it used; absent if the provider did not say it. */
        readonly usage?: TokenUsage;
        /** The model that gave it, as `provider:name`. */
        readonly model?: string;
      }
    | { readonly type: "tool-started"; readonly callId: string }
    | {
        readonly type: "tool-ended";
        readonly callId: string;
        /** What the agent received. */
        readonly result: string;
        /** Why the call failed; absent if it succeeded. */
        readonly failure?: string;
        /** The file in the sandbox that has the whole result, if it was long. */
        readonly keptAt?: string;
      }
    | { readonly type: "todos"; readonly todos: readonly TodoEntry[] }
    | {
        /** Something that the user should know, in whole sentences: a part of the agent that is missing, a long wait. */
        readonly type: "notice";
        readonly text: string;
      }
  );
