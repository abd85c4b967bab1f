import { BaseMessage } from "@langchain/core/messages";
import { isPlain } from "./fingerprint.ts";

/** Key of a placeholder. It replaces a run of messages in a value: `[index of the first one in the list, count]`. */
const PLACEHOLDER = "stigmer:messages";
/** Messages nested deeper than this stay inside their value. */
const MAX_DEPTH = 8;

/** Returned for a value that itself contains what looks like a placeholder. */
export const AMBIGUOUS = Symbol("ambiguous");

/** Moves the messages of a value to the list and leaves placeholders. Returns the value itself if it has none. */
export function withoutMessages(value: unknown, messages: BaseMessage[], depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
  if (BaseMessage.isInstance(value)) return { [PLACEHOLDER]: [messages.push(value) - 1, 1] };
  if (Array.isArray(value)) return listWithoutMessages(value, messages, depth);
  if (!isSend(value) && !isPlain(value)) return value;
  if (Object.hasOwn(value, PLACEHOLDER)) return AMBIGUOUS;
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

/** Whether a value is LangGraph's `Send`: the order to run a node with given arguments. */
function isSend(value: object): value is Send {
  return "lg_name" in value && value.lg_name === "Send";
}

/** The fields that the library's serializer writes. */
function sendFields({ node, args, timeout }: Send): object {
  return { node, args, ...(timeout === undefined ? {} : { timeout }) };
}

/** Consecutive messages share one placeholder. */
function listWithoutMessages(list: readonly unknown[], messages: BaseMessage[], depth: number): unknown {
  const before = messages.length;
  const rest: unknown[] = [];
  let run: [number, number] | undefined;
  for (const item of list) {
    if (BaseMessage.isInstance(item)) {
      const index = messages.push(item) - 1;
      if (run === undefined) {
        run = [index, 0];
        rest.push({ [PLACEHOLDER]: run });
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

/** Replaces the placeholders by their messages. */
export function withMessages(value: unknown, messageAt: (index: number) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const run = placeholderOf(item);
      return run === undefined ? [withMessages(item, messageAt)] : messagesOf(run, messageAt);
    });
  }
  const run = placeholderOf(value);
  if (run !== undefined) return messageAt(run[0]);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withMessages(item, messageAt)]));
}

function messagesOf([first, count]: readonly [number, number], messageAt: (index: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, offset) => messageAt(first + offset));
}

function placeholderOf(value: unknown): readonly [number, number] | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, PLACEHOLDER)) return undefined;
  return (value as { readonly [PLACEHOLDER]: readonly [number, number] })[PLACEHOLDER];
}
