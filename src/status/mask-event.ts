import type { AgentEvent } from "../agent/index.ts";
import { unreachable } from "../shared/errors.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { maskJson } from "./mask-json.ts";

/**
 * An event with its secrets masked, before its texts are cut to their limits: a secret that is cut in two would not be
 * found again. Pieces of a text that still grows stay as they are: they are masked together.
 */
export function maskEvent(event: AgentEvent, mask: SecretMask): AgentEvent {
  switch (event.type) {
    case "turn": {
      const calls = event.calls.map((call) => ({
        ...call,
        name: mask.mask(call.name),
        args: maskJson(call.args, mask) as typeof call.args,
      }));
      return { ...event, text: mask.mask(event.text), calls };
    }
    case "tool-ended": {
      const failure = event.failure === undefined ? {} : { failure: mask.mask(event.failure) };
      return { ...event, result: mask.mask(event.result), ...failure };
    }
    case "todos":
      return { ...event, todos: event.todos.map((todo) => ({ ...todo, content: mask.mask(todo.content) })) };
    case "text":
    case "text-withdrawn":
    case "tool-started":
      return event;
    default:
      return unreachable(event);
  }
}
