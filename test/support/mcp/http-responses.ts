/** What servers over HTTP answer, and when: the parts of their faults. */
import { answer, changedTools, ECHO, echoResult, initializeResult, type Message, refusal } from "./messages.ts";

/** What a faulty server does instead of answering correctly; `undefined`: it answers correctly. */
export type HttpFault = (request: {
  readonly message: Message | undefined;
  readonly method: string;
  readonly headers: Headers;
  readonly url: URL;
  readonly server: HttpServerState;
}) => Response | Promise<Response | undefined> | undefined;

export interface HttpServerState {
  /** `call echo`, `cancelled`, `DELETE`, `initialize`. */
  readonly record: string[];
  /** The levels of its log that it was asked for. */
  readonly levels: unknown[];
  /** Of each request. */
  readonly headers: Headers[];
  readonly queries: string[];
  /** The current session. */
  session: string;
  /** The stream of events that the client has opened, if the server offers one. */
  events?: WritableStreamDefaultWriter<Uint8Array>;
  /** The last call, where its stream can be resumed. */
  call?: Message;
}

export const json = (value: unknown, init?: ResponseInit) => Response.json(value, init);
export const sse = (body: string | ReadableStream<Uint8Array>) =>
  new Response(body, { headers: { "content-type": "text/event-stream" } });
export const event = (value: unknown) => `event: message\ndata: ${JSON.stringify(value)}\n\n`;
export const status = (code: number, text = "") => new Response(text, { status: code });
export const isCall = (message: Message | undefined) => message?.method === "tools/call";

/** A body that sends pieces, and then ends, hangs or breaks. */
export function body(
  pieces: readonly string[],
  end: "close" | "hang" | "break",
  between?: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      const piece = pieces[next++];
      await between?.();
      if (piece !== undefined) controller.enqueue(encoder.encode(piece));
      else if (end === "close") controller.close();
      else if (end === "break") controller.error();
      else await new Promise(() => undefined);
    },
  });
}

/** A body that repeats a piece as fast as it is read. */
export function endless(piece: string): ReadableStream<Uint8Array> {
  const many = new TextEncoder().encode(piece.repeat(500));
  return new ReadableStream({ pull: (controller) => controller.enqueue(many) });
}

export const at =
  (method: string, respond: () => Response): HttpFault =>
  ({ message }) =>
    message?.method === method ? respond() : undefined;
export const onCall =
  (respond: (message: Message) => Response | Promise<Response>): HttpFault =>
  ({ message }) =>
    message !== undefined && isCall(message) ? respond(message) : undefined;

/** An event that can be asked for again by its id. */
export const numbered = (id: string, data = "") => `retry: 0\nid: ${id}\ndata: ${data}\n\n`;
export const logged = (data: string) => ({
  jsonrpc: "2.0",
  method: "notifications/message",
  params: { level: "warning", data },
});
export const progressOf = ({ params }: Message) => ({
  jsonrpc: "2.0",
  method: "notifications/progress",
  params: { progressToken: params?._meta?.progressToken, progress: 1, message: "half of it" },
});
/** How often a stream is asked for what follows one of its events. */
const resumed = (server: HttpServerState) => server.record.filter((line) => line.startsWith("after ")).length;
/** The stream of a call ends after an event with an id; `resume` gives what follows. */
export const resumable =
  (resume: (count: number, call: Message) => Response, end: "close" | "hang" = "close"): HttpFault =>
  ({ message, headers, server }) => {
    if (message !== undefined && isCall(message)) {
      server.call = message;
      return sse(body([numbered("one", JSON.stringify(progressOf(message)))], end));
    }
    const id = headers.get("last-event-id");
    if (id === null || server.call === undefined) return undefined;
    server.record.push(`after ${id}`);
    return resume(resumed(server), server.call);
  };

/** Has other tools as soon as one was called: see {@link changedTools}. */
export const changing =
  (respond: (message: Message) => Response | Promise<Response>): HttpFault =>
  ({ message, server }) => {
    if (message?.method === "tools/list")
      return json(answer(message.id, { tools: changedTools(server.record.includes("call echo")) }));
    return message !== undefined && isCall(message) ? respond(message) : undefined;
  };

/** What a server without faults answers. */
export function correct(message: Message, headers: Headers, { session }: HttpServerState): Response {
  const { id, method } = message;
  if (method === "initialize") return json(answer(id, initializeResult()), { headers: { "mcp-session-id": session } });
  if (headers.get("mcp-session-id") !== session) return status(404, "Session not found");
  if (id === undefined) return status(202);
  if (method === "logging/setLevel") return json(answer(id, {}));
  if (method === "tools/list") return json(answer(id, { tools: [ECHO] }));
  if (method === "tools/call") return sse(event(answer(id, echoResult(message))));
  return json(refusal(id, -32_601, `no method ${method}`));
}
