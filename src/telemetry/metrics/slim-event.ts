import type { ExecutionEvent } from "../../executions/index.ts";

/**
 * Leaves out what metrics do not read, such as answers and results of tools: events wait for the next batch.
 * @returns `undefined` for an event of which nothing is read
 */
export function slimEvent(event: ExecutionEvent): ExecutionEvent | undefined {
  switch (event.type) {
    case "resolved":
    case "text-withdrawn":
    case "todos":
    case "notice":
      return undefined;
    case "text":
      return { ...event, text: "" };
    case "turn":
      return { ...event, text: "", calls: event.calls.map(({ id, name }) => ({ id, name, args: {} })) };
    case "tool-ended":
      return { ...event, result: "" };
    default:
      return event;
  }
}
