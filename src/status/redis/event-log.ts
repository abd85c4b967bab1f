import { type JsonObject, toJson } from "@bufbuild/protobuf";
import { rfc3339 } from "../../shared/time.ts";
import { type AgentExecutionStatus, AgentExecutionStatusSchema } from "../../stigmer/index.ts";
import { deltaBetween } from "./delta.ts";
import { type DeltaEvent, EVENT_VERSION, type StateEvent } from "./event.ts";

/** Most deltas between two whole states: whoever comes late reads one state and these. */
export const MAX_DELTAS = 500;
/** Bytes of deltas that are never worth a whole state. */
const FEW_BYTES = 16 * 1024;
/** Most events kept of an execution, and most bytes of them. The newest whole state and what follows it always stay. */
export const KEPT_EVENTS = 1_000;
export const KEPT_BYTES = 4 * 1024 * 1024;

/** An event on its way. */
export interface OutgoingEvent {
  readonly sequence: number;
  readonly text: string;
  /** The event that this one changes; absent: it is a whole state. */
  readonly previous?: number;
  /** The oldest event that is to be kept: a whole state. */
  readonly keepFrom: number;
}

type Body = Pick<StateEvent, "kind" | "status"> | Pick<DeltaEvent, "kind" | "delta">;

/** A whole state and the deltas that follow it. */
interface Stretch {
  readonly first: number;
  readonly stateBytes: number;
  events: number;
  bytes: number;
}

/**
 * Turns the updates of one execution into events: deltas, and whole states at the start and the end, after each gap, and
 * whenever the deltas since the last one are as large as it. So all whole states together are about as large as all
 * deltas, and whoever comes late reads about twice the status.
 */
export class EventLog {
  readonly #executionId: string;
  #sequence: number;
  #last: AgentExecutionStatus | undefined;
  readonly #stretches: Stretch[] = [];

  /** @param sequence of the last event that others have sent before */
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

  /** The whole state in place of the delta `event`, which has nothing to stand on. */
  instead(event: OutgoingEvent, status: AgentExecutionStatus): OutgoingEvent {
    return this.#whole(status, false, event.sequence);
  }

  /** Takes that an event was lost: the next one is a whole state. */
  lost(): void {
    this.#last = undefined;
  }

  #delta(status: AgentExecutionStatus, stretch: Stretch | undefined): string | undefined {
    if (this.#last === undefined || stretch === undefined || stretch.events > MAX_DELTAS) return undefined;
    const most = Math.max(stretch.stateBytes, FEW_BYTES);
    if (stretch.bytes - stretch.stateBytes > most) return undefined;
    const delta = deltaBetween(this.#last, status);
    if (delta === undefined) return undefined;
    const text = this.#text(this.#sequence, false, { kind: "delta", delta });
    return Buffer.byteLength(text) > most ? undefined : text;
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

  /** Forgets the oldest stretches while all of them are too much; the newest stays. */
  #keepFrom(): number {
    let events = 0;
    let bytes = 0;
    const kept = this.#stretches.findLastIndex((stretch) => {
      events += stretch.events;
      bytes += stretch.bytes;
      return events > KEPT_EVENTS || bytes > KEPT_BYTES;
    });
    this.#stretches.splice(0, Math.min(kept + 1, this.#stretches.length - 1));
    return this.#stretches[0]?.first ?? this.#sequence;
  }
}
