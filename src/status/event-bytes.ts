import type { AgentEvent, RequestedCall } from "../agent/index.ts";
import { unreachable } from "../shared/errors.ts";
import { ARGUMENT_LIMIT, MESSAGE_LIMIT, RESULT_LIMIT, TODO_LIMIT, TODO_TEXT_LIMIT } from "./limits.ts";

/** Bytes of a call, a message or a to-do entry besides its texts. */
const FRAME_BYTES = 200;
/** Bytes of the metadata of an answer. */
const METADATA_BYTES = 120;

/** Approximate bytes that an event adds to the status in JSON. Used to estimate how much of a status is new. */
export function bytesAdded(event: AgentEvent): number {
  // A call is in its message and in the list of calls. A sub-agent has no messages.
  const places = event.actor.kind === "main" ? 2 : 1;
  switch (event.type) {
    case "text":
      return event.text.length;
    case "text-withdrawn":
      return 0;
    case "notice":
      return event.text.length + FRAME_BYTES;
    case "turn":
      return (
        (event.actor.kind === "main" ? Math.min(event.text.length, MESSAGE_LIMIT) + FRAME_BYTES + METADATA_BYTES : 0) +
        places * sum(event.calls.map(bytesOfCall))
      );
    case "tool-started":
      return FRAME_BYTES;
    case "tool-ended":
      return places * (Math.min(event.result.length, RESULT_LIMIT) + FRAME_BYTES);
    case "todos":
      return sum(
        event.todos.slice(0, TODO_LIMIT).map(({ content }) => Math.min(content.length, TODO_TEXT_LIMIT) + FRAME_BYTES),
      );
    default:
      return unreachable(event);
  }
}

function bytesOfCall({ args }: RequestedCall): number {
  const texts = Object.values(args).map((value) => (typeof value === "string" ? value.length : FRAME_BYTES));
  return FRAME_BYTES + sum(texts.map((length) => Math.min(length, ARGUMENT_LIMIT)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
