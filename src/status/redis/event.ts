import type { JsonObject } from "@bufbuild/protobuf";

/** Version of the events' format: see docs/status-events.md. */
export const EVENT_VERSION = 2;

interface EventHead {
  readonly version: typeof EVENT_VERSION;
  readonly executionId: string;
  /** Counts from 1; a number that is missing was dropped. */
  readonly sequence: number;
  /** Nothing follows this event. It has the whole status. */
  readonly terminal: boolean;
  /** RFC 3339. */
  readonly time: string;
}

/** The whole status of an execution, as ProtoJSON. */
export interface StateEvent extends EventHead {
  readonly kind: "state";
  readonly status: JsonObject;
}

/** What has changed since the event before. */
export interface DeltaEvent extends EventHead {
  readonly kind: "delta";
  readonly delta: StatusDelta;
}

export type StatusEvent = StateEvent | DeltaEvent;

/** Changes of a status. What is absent has not changed. */
export interface StatusDelta {
  /** Fields that stand by themselves (`phase`, `error`, `startedAt`, `completedAt`); `null` takes one away. */
  readonly fields?: Readonly<Record<string, string | null>>;
  /** Calls by their id: each replaces the call of its id wherever it stands, or is added at the end of `toolCalls`. */
  readonly toolCalls?: readonly JsonObject[];
  /** Messages by their place in the list; a new one stands at its end. */
  readonly messages?: readonly MessageChange[];
  /** By their id: each replaces the one of its id, or is added at the end. */
  readonly subAgentExecutions?: readonly JsonObject[];
  /** Entries of the list by their key; `null` takes one away. */
  readonly todos?: Readonly<Record<string, JsonObject | null>>;
}

export type MessageChange =
  /** Text to add to the content. */
  | { readonly index: number; readonly append: string }
  /** The message without its calls, and the ids of these, which stand in `toolCalls` of the status. */
  | { readonly index: number; readonly message: JsonObject; readonly calls?: readonly string[] };
