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

/** How much of one execution's status was left out so far: so many parts, from the oldest. */
interface LeftOut {
  results: number;
  args: number;
  agents: number;
  texts: number;
  details: number;
  listed: number;
  messages: number;
  listedAgents: number;
}

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
  readonly #left: LeftOut = {
    ...{ results: 0, args: 0, agents: 0, texts: 0 },
    ...{ details: 0, listed: 0, messages: 0, listedAgents: 0 },
  };
  #note: { readonly dropped: number; readonly message: AgentMessage } | undefined;

  constructor(limit = STATUS_LIMIT) {
    this.#limit = limit;
  }

  fit(status: AgentExecutionStatus): Fitted {
    const fitting = new Fitting(status);
    const left = this.#left;
    const limit = this.#limit;
    left.results = fitting.shortenCalls(withoutResult, left.results, limit);
    left.args = fitting.shortenCalls(withoutArguments, left.args, limit);
    left.agents = fitting.shortenAgents(shortAgent, left.agents, limit);
    left.texts = fitting.shortenOldTexts((message) => shortText(message, OLD_TEXT_BYTES), left.texts, limit);
    fitting.shortenMainTexts((message) => shortText(message, MAIN_TEXT_BYTES), limit);
    left.details = fitting.shortenCalls(withoutDetails, left.details, limit);
    left.listed = fitting.dropListedCalls(left.listed, limit, limit * DROP_TO);
    const withNote = left.messages > 0 ? limit - NOTE_BYTES : limit;
    left.messages = fitting.dropMessages(left.messages, withNote, limit * DROP_TO - NOTE_BYTES);
    if (left.messages > 0) fitting.insertNote(this.#noteOf(left.messages, fitting.oldestKept), NOTE_BYTES);
    left.listedAgents = fitting.dropAgents(left.listedAgents, limit, limit * DROP_TO);
    return { status: fitting.result(), bytes: fitting.bytes };
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
