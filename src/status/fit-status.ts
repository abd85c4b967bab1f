import { create } from "@bufbuild/protobuf";
import { type AgentExecutionStatus, type AgentMessage, AgentMessageSchema, MessageType } from "../stigmer/index.ts";
import { Fitting } from "./fitting.ts";
import { STATUS_LIMIT } from "./limits.ts";
import { shortAgent, shortText, withoutArguments, withoutDetails, withoutResult } from "./shorten.ts";

/** A status within its limit. */
export interface Fitted {
  readonly status: AgentExecutionStatus;
  /** About how many bytes it has as JSON. */
  readonly bytes: number;
}

/** Bytes that an old text of the model keeps where texts have to be shortened, and the user's and the last one. */
const OLD_TEXT_BYTES = 200;
const MAIN_TEXT_BYTES = 200 * 1024;
/** Bytes kept free for what says that messages were left out. */
const NOTE_BYTES = 300;
/**
 * Where parts are dropped, more of them are dropped than needed, down to this share of the limit: what follows a dropped
 * part changes its place, and readers have to be sent all of it.
 */
const DROP_TO = 7 / 8;

/** The ways to make a status smaller, in the order in which they are taken. */
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
 * Keeps one execution's status within {@link STATUS_LIMIT}. Where it is too large, the oldest results of calls are left
 * out, then their arguments, then what sub-agents were asked and answered, then old texts, then the calls' details; what
 * was left out says so. Messages keep their places, since readers know them by position, unless there are too many even
 * so: then the oldest are left out.
 *
 * What was left out once stays left out, and is the same object again: readers are told of it once.
 */
export class StatusFitter {
  readonly #limit: number;
  /** How far each step has come: so many parts, from the oldest. */
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

/** One status by itself, within the limit. */
export function fitStatus(status: AgentExecutionStatus, limit = STATUS_LIMIT): AgentExecutionStatus {
  return new StatusFitter(limit).fit(status).status;
}
