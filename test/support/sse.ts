/** Server-sent events, each named by its `type` where it has one. */
export function sse(events: readonly object[], last = ""): Response {
  const lines = events.map((event) => {
    const name = "type" in event ? `event: ${event.type}\n` : "";
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return new Response([...lines, last].join(""), { headers: { "content-type": "text/event-stream" } });
}
