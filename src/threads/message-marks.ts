import { BaseMessage } from "@langchain/core/messages";
import { isPlain } from "./fingerprint.ts";

/** Stands in a value for messages that are kept apart: the place of the first in their list, and how many. */
const MARK = "stigmer:messages";
/** Messages are looked for down to this depth; below it they stay where they are. */
const MAX_DEPTH = 8;

/** For a value that holds what looks like a mark. */
export const AMBIGUOUS = Symbol("ambiguous");

/** The value with marks where messages are, which go to the list; the value itself where there are none. */
export function withoutMessages(value: unknown, messages: BaseMessage[], depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
  if (BaseMessage.isInstance(value)) return { [MARK]: [messages.push(value) - 1, 1] };
  if (Array.isArray(value)) return listWithoutMessages(value, messages, depth);
  if (!isSend(value) && !isPlain(value)) return value;
  if (Object.hasOwn(value, MARK)) return AMBIGUOUS;
  const before = messages.length;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(isSend(value) ? sendFields(value) : value)) {
    const rest = withoutMessages(item, messages, depth + 1);
    if (rest === AMBIGUOUS) return AMBIGUOUS;
    entries.push([key, rest]);
  }
  return messages.length === before ? value : Object.fromEntries(entries);
}

interface Send {
  readonly lg_name: "Send";
  readonly node: string;
  readonly args: unknown;
  readonly timeout?: unknown;
}

/** Whether a value tells the library to run a node, with what the node is given. */
function isSend(value: object): value is Send {
  return "lg_name" in value && value.lg_name === "Send";
}

/** What the serialiser makes of it. */
function sendFields({ node, args, timeout }: Send): object {
  return { node, args, ...(timeout === undefined ? {} : { timeout }) };
}

/** Messages that follow each other share a mark. */
function listWithoutMessages(list: readonly unknown[], messages: BaseMessage[], depth: number): unknown {
  const before = messages.length;
  const rest: unknown[] = [];
  let run: [number, number] | undefined;
  for (const item of list) {
    if (BaseMessage.isInstance(item)) {
      const place = messages.push(item) - 1;
      if (run === undefined) {
        run = [place, 0];
        rest.push({ [MARK]: run });
      }
      run[1]++;
      continue;
    }
    run = undefined;
    const other = withoutMessages(item, messages, depth + 1);
    if (other === AMBIGUOUS) return AMBIGUOUS;
    rest.push(other);
  }
  return messages.length === before ? list : rest;
}

/** Puts the messages back where their marks are. */
export function withMessages(value: unknown, messageAt: (place: number) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const run = markOf(item);
      return run === undefined ? [withMessages(item, messageAt)] : messagesOf(run, messageAt);
    });
  }
  const run = markOf(value);
  if (run !== undefined) return messageAt(run[0]);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withMessages(item, messageAt)]));
}

function messagesOf([first, count]: readonly [number, number], messageAt: (place: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, offset) => messageAt(first + offset));
}

function markOf(value: unknown): readonly [number, number] | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, MARK)) return undefined;
  return (value as { readonly [MARK]: readonly [number, number] })[MARK];
}
