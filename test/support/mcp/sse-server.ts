/** A server over HTTP that only has the older transport. Records what it is asked. */
import type { FaultServer } from "./http-faults.ts";
import { correct, event, type HttpServerState, isCall, sse, status } from "./http-responses.ts";
import type { Message } from "./messages.ts";

/** Starts a server that only has the older transport. @param onCall decides what becomes of a call's answer */
export function startSseServer(onCall: (drop: () => void) => "answer" | "nothing" = () => "answer"): FaultServer {
  const state: HttpServerState = { record: [], levels: [], headers: [], queries: [], session: "" };
  const streams = new Map<string, ReadableStreamDefaultController<Uint8Array>>();
  const encoder = new TextEncoder();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const url = new URL(request.url);
      state.headers.push(request.headers);
      state.queries.push(url.search);
      if (request.method === "GET") {
        const id = crypto.randomUUID();
        return sse(
          new ReadableStream<Uint8Array>({
            start(controller) {
              streams.set(id, controller);
              controller.enqueue(encoder.encode(`event: endpoint\ndata: /messages?session=${id}\n\n`));
            },
          }),
        );
      }
      const session = url.searchParams.get("session") ?? "";
      const stream = streams.get(session);
      if (url.pathname !== "/messages" || stream === undefined) return status(405);
      const message = (await request.json()) as Message;
      if (message.method === "initialize") state.record.push("initialize");
      if (isCall(message)) state.record.push(`call ${message.params?.name}`);
      const drop = () => {
        streams.delete(session);
        stream.close();
      };
      if (message.id !== undefined && (!isCall(message) || onCall(drop) === "answer"))
        stream.enqueue(
          encoder.encode(
            event(
              await correct(message, new Headers({ "mcp-session-id": "" }), state)
                .text()
                .then(parsed),
            ),
          ),
        );
      return status(202);
    },
  });
  return { ...state, url: `http://127.0.0.1:${server.port}/sse`, [Symbol.dispose]: () => void server.stop(true) };
}

/** The message in the body of a response, which may be an event. */
function parsed(text: string): unknown {
  return JSON.parse(text.replace(/^event: message\ndata: /, ""));
}
