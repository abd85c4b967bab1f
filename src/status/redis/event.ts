import type { JsonObject } from "@bufbuild/protobuf";

/** Version of the events' format: see docs/status-events.md. */
export const EVENT_VERSION = 2;

interface EventHead {
  readonly version: typeof EVENT_VERSION;
  readonly executionId: string;
  /** Counts from 1; a missing number was dropped. */
  readonly sequence: number;
  /** Whether this is the last event; it contains the whole status. */
  readonly terminal: boolean;
  /** RFC 3339. */
  readonly time: string;
}

/** The whole status of an execution, as ProtoJSON. */
export interface StateEvent extends EventHead {
  readonly kind: "state";
  readonly status: JsonObject;
}

/** The changes since the previous event. */
export interface DeltaEvent extends EventHead {
  readonly kind: "delta";
  readonly delta: StatusDelta;
}

export type StatusEvent = StateEvent | DeltaEvent;

/** Changes of a status. Absent fields have not changed. */
export interface StatusDelta {
  /** Scalar fields (`phase`, `error`, `startedAt`, `completedAt`); `null` removes one. */
  readonly fields?: Readonly<Record<string, string | null>>;
  /** Each call replaces the one with its id everywhere, or is appended to `toolCalls`. */
  readonly toolCalls?: readonly JsonObject[];
  /** Messages by index; new ones are at the end. */
  readonly messages?: readonly MessageChange[];
  /** Each replaces the one with its id, or is appended. */
  readonly subAgentExecutions?: readonly JsonObject[];
  /** Entries of the to-do list by key; `null` removes one. */
  readonly todos?: Readonly<Record<string, JsonObject | null>>;
}

export type MessageChange =
  /** Text to append to the content. */
  | { readonly index: number; readonly append: string }
  /** The message without its calls, and the ids of the calls in the status' `toolCalls`. */
  | { readonly index: number; readonly message: JsonObject; readonly calls?: readonly string[] };
