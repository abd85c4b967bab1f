import { type JsonObject, toJson } from "@bufbuild/protobuf";
import { rfc3339 } from "../../shared/time.ts";
import { type AgentExecutionStatus, AgentExecutionStatusSchema } from "../../stigmer/index.ts";
import { deltaBetween } from "./delta.ts";
import { type DeltaEvent, EVENT_VERSION, type StateEvent } from "./event.ts";

/** Maximum number of deltas between two whole states, which a late reader has to apply. */
export const MAX_DELTAS = 500;
/** Deltas up to this total size never cause a whole state. */
const MIN_DELTA_BYTES = 16 * 1024;
/** Maximum number and bytes of kept events. The newest whole state and the deltas after it are always kept. */
export const MAX_KEPT_EVENTS = 1_000;
export const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/** An event to be sent. */
export interface OutgoingEvent {
  readonly sequence: number;
  readonly text: string;
  /** Sequence number of the event that this delta builds on; absent for a whole state. */
  readonly previous?: number;
  /** Sequence number of the oldest event to keep, which is a whole state. */
  readonly keepFrom: number;
}

type Body = Pick<StateEvent, "kind" | "status"> | Pick<DeltaEvent, "kind" | "delta">;

/** A whole state and the deltas after it. */
interface Stretch {
  readonly first: number;
  readonly stateBytes: number;
  events: number;
  bytes: number;
}

/**
 * Turns the updates of one execution into events: whole states at the start, at the end, after each gap, and whenever the
 * deltas since the last whole state are as large as that; deltas otherwise. All whole states together are therefore about
 * as large as all deltas, and a late reader reads about twice the status.
 */
export class EventSequencer {
  readonly #executionId: string;
  #sequence: number;
  #last: AgentExecutionStatus | undefined;
  readonly #stretches: Stretch[] = [];

  /** @param sequence number of the last event that was sent before, by another run of the execution */
  constructor(executionId: string, sequence = 0) {
    this.#executionId = executionId;
    this.#sequence = sequence;
  }

  /** The next event. */
  next(status: AgentExecutionStatus, terminal: boolean): OutgoingEvent {
    this.#sequence++;
    const stretch = this.#stretches.at(-1);
    const delta = terminal ? undefined : this.#delta(status, stretch);
    this.#last = status;
    if (stretch === undefined || delta === undefined) return this.#whole(status, terminal);
    stretch.events++;
    stretch.bytes += Buffer.byteLength(delta);
    return { sequence: this.#sequence, text: delta, previous: this.#sequence - 1, keepFrom: this.#keepFrom() };
  }

  /** A whole state to replace the delta `event`, whose predecessor is missing in Redis. */
  instead(event: OutgoingEvent, status: AgentExecutionStatus): OutgoingEvent {
    return this.#whole(status, false, event.sequence);
  }

  /** Records that an event was lost: the next one is a whole state. */
  lost(): void {
    this.#last = undefined;
  }

  #delta(status: AgentExecutionStatus, stretch: Stretch | undefined): string | undefined {
    if (this.#last === undefined || stretch === undefined || stretch.events > MAX_DELTAS) return undefined;
    const maxBytes = Math.max(stretch.stateBytes, MIN_DELTA_BYTES);
    if (stretch.bytes - stretch.stateBytes > maxBytes) return undefined;
    const delta = deltaBetween(this.#last, status);
    if (delta === undefined) return undefined;
    const text = this.#text(this.#sequence, false, { kind: "delta", delta });
    return Buffer.byteLength(text) > maxBytes ? undefined : text;
  }

  #whole(status: AgentExecutionStatus, terminal: boolean, sequence = this.#sequence): OutgoingEvent {
    const state = toJson(AgentExecutionStatusSchema, status) as JsonObject;
    const text = this.#text(sequence, terminal, { kind: "state", status: state });
    const bytes = Buffer.byteLength(text);
    this.#stretches.push({ first: sequence, stateBytes: bytes, events: 1, bytes });
    return { sequence, text, keepFrom: this.#keepFrom() };
  }

  #text(sequence: number, terminal: boolean, body: Body): string {
    const head = { version: EVENT_VERSION, executionId: this.#executionId, sequence, terminal, time: rfc3339() };
    return JSON.stringify({ ...head, ...body });
  }

  /** Drops the oldest stretches beyond the limits; the newest is kept. */
  #keepFrom(): number {
    let events = 0;
    let bytes = 0;
    const kept = this.#stretches.findLastIndex((stretch) => {
      events += stretch.events;
      bytes += stretch.bytes;
      return events > MAX_KEPT_EVENTS || bytes > MAX_KEPT_BYTES;
    });
    this.#stretches.splice(0, Math.min(kept + 1, this.#stretches.length - 1));
    return this.#stretches[0]?.first ?? this.#sequence;
  }
}
