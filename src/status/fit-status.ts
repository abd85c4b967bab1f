import { create } from "@bufbuild/protobuf";
import { type AgentExecutionStatus, type AgentMessage, AgentMessageSchema, MessageType } from "../stigmer/index.ts";
import { Fitting } from "./fitting.ts";
import { STATUS_LIMIT } from "./limits.ts";
import { shortAgent, shortText, withoutArguments, withoutDetails, withoutResult } from "./shorten.ts";

/** A status within the size limit. */
export interface Fitted {
  readonly status: AgentExecutionStatus;
  /** Approximate size in JSON. */
  readonly bytes: number;
}

/** Bytes that shortened texts keep: old ones of the model, and the main ones (the user's and the last one). */
const OLD_TEXT_BYTES = 200;
const MAIN_TEXT_BYTES = 200 * 1024;
/** Bytes reserved for the note about omitted messages. */
const NOTE_BYTES = 300;
/**
 * If elements of a list are dropped, more are dropped than needed, down to this share of the limit: dropping changes the
 * index of all elements after it, so that all of them must be sent again.
 */
const DROP_TO = 7 / 8;

/** The steps that make a status smaller, in this order. */
const STEPS = [
  "results",
  "args",
  "agents",
  "texts",
  "mainTexts",
  "details",
  "listed",
  "messages",
  "allAgents",
] as const;
type Step = (typeof STEPS)[number];
const DROPS: ReadonlySet<Step> = new Set(["listed", "messages", "allAgents"]);

/**
 * Keeps the status of one execution within {@link STATUS_LIMIT}. If it is too large, the oldest results of calls are
 * omitted, then their arguments, then the input and output of sub-agents, then old texts, then details of calls; the
 * status says what was omitted. Messages keep their index, by which readers know them. Only if there are still too many
 * are the oldest dropped.
 *
 * What was omitted once stays omitted and is the same object in the next status, so that it is sent once.
 */
export class StatusFitter {
  readonly #limit: number;
  /** Progress of each step: the number of elements, from the oldest on. */
  readonly #done = new Map<Step, number>();
  #note: { readonly dropped: number; readonly message: AgentMessage } | undefined;

  constructor(limit = STATUS_LIMIT) {
    this.#limit = limit;
  }

  fit(status: AgentExecutionStatus): Fitted {
    const fitting = new Fitting(status);
    for (const step of STEPS) {
      const done = this.#done.get(step) ?? 0;
      if (done > 0) this.#take(fitting, step, 0, (place) => place < done);
    }
    for (const step of STEPS) {
      if (fitting.bytes <= this.#limit) break;
      const target = DROPS.has(step) ? this.#limit * DROP_TO - NOTE_BYTES : this.#limit;
      this.#done.set(
        step,
        this.#take(fitting, step, this.#done.get(step) ?? 0, () => fitting.bytes > target),
      );
    }
    return { status: fitting.result(), bytes: fitting.bytes };
  }

  #take(fitting: Fitting, step: Step, from: number, wanted: (place: number) => boolean): number {
    switch (step) {
      case "results":
        return fitting.shortenCalls(withoutResult, from, wanted);
      case "args":
        return fitting.shortenCalls(withoutArguments, from, wanted);
      case "agents":
        return fitting.shortenAgents(shortAgent, from, wanted);
      case "texts":
        return fitting.shortenOldTexts((message) => shortText(message, OLD_TEXT_BYTES), from, wanted);
      case "mainTexts":
        return fitting.shortenMainTexts((message) => shortText(message, MAIN_TEXT_BYTES), from, wanted);
      case "details":
        return fitting.shortenCalls(withoutDetails, from, wanted);
      case "listed":
        return fitting.dropListedCalls(from, wanted);
      case "messages": {
        const dropped = fitting.dropMessages(from, wanted);
        if (dropped > 0) fitting.note(this.#noteOf(dropped, fitting.oldestKept));
        return dropped;
      }
      case "allAgents":
        return fitting.dropAgents(from, wanted);
    }
  }

  #noteOf(dropped: number, next: AgentMessage | undefined): AgentMessage {
    if (this.#note?.dropped !== dropped) {
      const content = `[${dropped} older messages left out: the status of this execution would be too large]`;
      const timestamp = next?.timestamp ?? "";
      const message = create(AgentMessageSchema, { type: MessageType.MESSAGE_SYSTEM, content, timestamp });
      this.#note = { dropped, message };
    }
    return this.#note.message;
  }
}

/** Fits a single status into the limit. */
export function fitStatus(status: AgentExecutionStatus, limit = STATUS_LIMIT): AgentExecutionStatus {
  return new StatusFitter(limit).fit(status).status;
}
