import type { AgentEvent } from "../agent/index.ts";
import { unreachable } from "../shared/errors.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { maskJson } from "./mask-json.ts";

/**
 * Masks the secrets in an event. This happens before texts are cut to their limits, because a secret that is cut in two
 * cannot be found. Pieces of a growing text are not masked here but together.
 */
export function maskEvent(event: AgentEvent, mask: SecretMask): AgentEvent {
  switch (event.type) {
    case "turn": {
      const calls = event.calls.map((call) => ({
        ...call,
        name: mask.mask(call.name),
        args: maskJson(call.args, mask) as typeof call.args,
      }));
      const model = event.model === undefined ? {} : { model: mask.mask(event.model) };
      return { ...event, text: mask.mask(event.text), calls, ...model };
    }
    case "tool-ended": {
      const failure = event.failure === undefined ? {} : { failure: mask.mask(event.failure) };
      return { ...event, result: mask.mask(event.result), ...failure };
    }
    case "todos":
      return { ...event, todos: event.todos.map((todo) => ({ ...todo, content: mask.mask(todo.content) })) };
    case "notice":
      return { ...event, text: mask.mask(event.text) };
    case "text":
    case "text-withdrawn":
    case "tool-started":
      return event;
    default:
      return unreachable(event);
  }
}
