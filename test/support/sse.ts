import { body } from "./model-turn.ts";

/** Server-sent events, each named by its `type` if it has one. */
export function sse(events: readonly object[], last = "", ends: "close" | "reset" = "close"): Response {
  const lines = events.map((event) => {
    const name = "type" in event ? `event: ${event.type}\n` : "";
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return new Response(
    body(
      [...lines, last].filter((piece) => piece !== ""),
      ends,
    ),
    {
      headers: { "content-type": "text/event-stream" },
    },
  );
}
