import { create } from "@bufbuild/protobuf";
import { type AgentExecutionStatus, type AgentMessage, AgentMessageSchema, MessageType } from "../stigmer/index.ts";
import { STATUS_LIMIT } from "./limits.ts";
import { shortAgent, shortText, withoutArguments, withoutDetails, withoutResult } from "./shorten.ts";
import { ShrinkingStatus } from "./shrinking-status.ts";

/** A status within the size limit. */
export interface Fitted {
  readonly status: AgentExecutionStatus;
  /** Approximate size in JSON. */
  readonly bytes: number;
}

/** Bytes that shortened texts keep: old ones of the model, and the main ones (the user's and the last one). */
const OLD_TEXT_BYTES = 200;
const MAIN_TEXT_BYTES = 200 * 1024;
/** Bytes reserved for the message about omitted ones. */
const OMISSION_BYTES = 300;
/**
 * If elements of a list are dropped, more are dropped than needed, down to this share of the limit: dropping changes the
 * index of all elements after it, so that all of them must be sent again.
 */
const DROP_TO = 7 / 8;

/** The steps that make a status smaller, in this order. */
const STEPS = [
  "subAgentResults",
  "subAgentArgs",
  "results",
  "args",
  "agents",
  "subAgentCalls",
  "texts",
  "mainTexts",
  "details",
  "listedCalls",
  "messages",
  "allAgents",
] as const;
type Step = (typeof STEPS)[number];
const DROPS: ReadonlySet<Step> = new Set(["subAgentCalls", "listedCalls", "messages", "allAgents"]);

/**
 * Keeps the status of one execution within {@link STATUS_LIMIT}. If it is too large, the oldest results and arguments of
 * sub-agents' calls are omitted, then those of the agent's calls, then the input and output of sub-agents, then the oldest
 * calls of sub-agents, then old texts, then details of calls; the status says what was omitted. Messages keep their index, by which readers know them. Only if there are still too many
 * are the oldest dropped.
 *
 * What was omitted once stays omitted and is the same object in the next status, so that it is sent once.
 */
export class StatusFitter {
  readonly #limit: number;
  /** Progress of each step: the number of elements, from the oldest on. */
  readonly #done = new Map<Step, number>();
  #omission: { readonly dropped: number; readonly message: AgentMessage } | undefined;

  constructor(limit = STATUS_LIMIT) {
    this.#limit = limit;
  }

  fit(status: AgentExecutionStatus): Fitted {
    const shrinking = new ShrinkingStatus(status);
    for (const step of STEPS) {
      const done = this.#done.get(step) ?? 0;
      if (done > 0) this.#applyStep(shrinking, step, 0, (index) => index < done);
    }
    for (const step of STEPS) {
      if (shrinking.bytes <= this.#limit) break;
      const target = DROPS.has(step) ? this.#limit * DROP_TO - OMISSION_BYTES : this.#limit;
      this.#done.set(
        step,
        this.#applyStep(shrinking, step, this.#done.get(step) ?? 0, () => shrinking.bytes > target),
      );
    }
    return { status: shrinking.result(), bytes: shrinking.bytes };
  }

  #applyStep(shrinking: ShrinkingStatus, step: Step, from: number, wanted: (index: number) => boolean): number {
    switch (step) {
      case "subAgentResults":
        return shrinking.shortenSubAgentCalls(withoutResult, from, wanted);
      case "subAgentArgs":
        return shrinking.shortenSubAgentCalls(withoutArguments, from, wanted);
      case "subAgentCalls":
        return shrinking.dropSubAgentCalls(from, wanted);
      case "results":
        return shrinking.shortenCalls(withoutResult, from, wanted);
      case "args":
        return shrinking.shortenCalls(withoutArguments, from, wanted);
      case "agents":
        return shrinking.shortenAgents(shortAgent, from, wanted);
      case "texts":
        return shrinking.shortenOldTexts((message) => shortText(message, OLD_TEXT_BYTES), from, wanted);
      case "mainTexts":
        return shrinking.shortenMainTexts((message) => shortText(message, MAIN_TEXT_BYTES), from, wanted);
      case "details":
        return shrinking.shortenCalls(withoutDetails, from, wanted);
      case "listedCalls":
        return shrinking.dropListedCalls(from, wanted);
      case "messages": {
        const dropped = shrinking.dropMessages(from, wanted);
        if (dropped > 0) shrinking.setOmission(this.#omissionOf(dropped, shrinking.oldestKept));
        return dropped;
      }
      case "allAgents":
        return shrinking.dropAgents(from, wanted);
    }
  }

  #omissionOf(dropped: number, next: AgentMessage | undefined): AgentMessage {
    if (this.#omission?.dropped !== dropped) {
      const content = `[${dropped} older messages left out: the status of this execution would be too large]`;
      const timestamp = next?.timestamp ?? "";
      const message = create(AgentMessageSchema, { type: MessageType.MESSAGE_SYSTEM, content, timestamp });
      this.#omission = { dropped, message };
    }
    return this.#omission.message;
  }
}
