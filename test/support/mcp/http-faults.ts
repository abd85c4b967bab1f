/** A server over HTTP with one fault: streamable HTTP, or the older transport. Records what it is asked. */
import {
  answer,
  calledResult,
  changedTools,
  ECHO,
  echoResult,
  initializeResult,
  type Message,
  refusal,
  TOOLS_CHANGED,
} from "./messages.ts";

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
  /** Of each request. */
  readonly headers: Headers[];
  readonly queries: string[];
  /** The current session. */
  session: string;
  /** The stream of events that the client has opened, if the server offers one. */
  events?: WritableStreamDefaultWriter<Uint8Array>;
}

const json = (value: unknown, init?: ResponseInit) => Response.json(value, init);
const sse = (body: string | ReadableStream<Uint8Array>) =>
  new Response(body, { headers: { "content-type": "text/event-stream" } });
const event = (value: unknown) => `event: message\ndata: ${JSON.stringify(value)}\n\n`;
const status = (code: number, text = "") => new Response(text, { status: code });
const isCall = (message: Message | undefined) => message?.method === "tools/call";

/** A body that sends pieces, and then ends, hangs or breaks. */
export function body(pieces: readonly string[], end: "close" | "hang" | "break"): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      const piece = pieces[next++];
      if (piece !== undefined) controller.enqueue(encoder.encode(piece));
      else if (end === "close") controller.close();
      else if (end === "break") controller.error();
      else await new Promise(() => undefined);
    },
  });
}

const at =
  (method: string, respond: () => Response): HttpFault =>
  ({ message }) =>
    message?.method === method ? respond() : undefined;
const onCall =
  (respond: (message: Message) => Response | Promise<Response>): HttpFault =>
  ({ message }) =>
    message !== undefined && isCall(message) ? respond(message) : undefined;

/** Has other tools as soon as one was called: see {@link changedTools}. */
const changing =
  (respond: (message: Message) => Response | Promise<Response>): HttpFault =>
  ({ message, server }) => {
    if (message?.method === "tools/list")
      return json(answer(message.id, { tools: changedTools(server.record.includes("call echo")) }));
    return message !== undefined && isCall(message) ? respond(message) : undefined;
  };

let lost = false;

export const HTTP_FAULTS = {
  none: () => undefined,
  "401": () => status(401, "bad token"),
  "403": () => status(403, "not yours"),
  "403 with insufficient scope": () =>
    new Response("", {
      status: 403,
      headers: { "www-authenticate": 'Bearer error="insufficient_scope", scope="all"' },
    }),
  "404": () => status(404, "nothing here"),
  "500 to initialize": at("initialize", () => status(500, "broken")),
  "a page of HTML": () =>
    new Response("<html><title>Sign in</title></html>", { headers: { "content-type": "text/html" } }),
  "no answer to initialize": at("initialize", () => sse(body([], "hang"))),
  "hangs in tools/list": at("tools/list", () => sse(body([], "hang"))),
  "a redirect to another origin": ({ url }) =>
    new Response("", { status: 307, headers: { location: `http://localhost:${url.port}/elsewhere` } }),
  "a redirect within the origin": ({ url }) =>
    url.pathname === "/moved" ? undefined : new Response("", { status: 307, headers: { location: "/moved" } }),
  "500 to a call": onCall(() => status(500, "broken")),
  "503 to a call": onCall(() => status(503, "busy")),
  "429 to a call": onCall(() => status(429, "slow down")),
  "401 to a call": onCall(() => status(401, "expired")),
  "a body that is no JSON": onCall(() => new Response("{", { headers: { "content-type": "application/json" } })),
  "a body of another type": onCall(() => new Response("text", { headers: { "content-type": "text/plain" } })),
  "an answer with another id": onCall((message) => json(answer(Number(message.id) + 1_000, echoResult(message)))),
  "a stream that ends without the answer": onCall(() => sse(body([": hello\n\n"], "close"))),
  "a stream that breaks": onCall(() => sse(body([": hello\n\n"], "break"))),
  "no response to a call": onCall(() => new Promise<Response>(() => undefined)),
  "a stream that never ends": onCall(() => sse(body([": hello\n\n"], "hang"))),
  "a stream with events that are no messages": onCall((message) =>
    sse(`data: {not json\n\nevent: other\ndata: 1\n\n${event(answer(message.id, echoResult(message)))}`),
  ),
  "a connection that breaks in mid-answer": onCall(
    () => new Response(body(['{"jsonrpc":"2.0",'], "break"), { headers: { "content-type": "application/json" } }),
  ),
  "a result of 100 MB": onCall(({ id }) => {
    const piece = "x".repeat(1_000_000);
    const start = `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`;
    return new Response(body([start, ...Array<string>(100).fill(piece), '"}]}}'], "close"), {
      headers: { "content-type": "application/json" },
    });
  }),
  "an event of 100 MB": onCall(() => sse(body(["data: ", ...Array<string>(100).fill("x".repeat(1_000_000))], "close"))),
  "a session that is lost": ({ message, server }) => {
    if (!isCall(message) || lost) return undefined;
    lost = true;
    server.session = crypto.randomUUID();
    return status(404, "Session not found");
  },
  "a session that is lost, answered with 400": ({ message, server, headers }) => {
    if (isCall(message) && server.record.filter((one) => one === "initialize").length === 1) {
      server.session = crypto.randomUUID();
      return json(refusal(undefined, -32_000, `Bad Request: No valid session ID ${headers.get("mcp-session-id")}`), {
        status: 400,
      });
    }
    return undefined;
  },
  "changes its tools, and says so with the answer": changing((message) =>
    sse(event(TOOLS_CHANGED) + event(answer(message.id, calledResult(message)))),
  ),
  "changes its tools, and says so on a stream of its own": (request) => {
    const { method, server } = request;
    if (method === "GET") {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      server.events = writable.getWriter();
      return sse(readable);
    }
    return changing(async (message) => {
      await server.events?.write(new TextEncoder().encode(event(TOOLS_CHANGED)));
      return json(answer(message.id, calledResult(message)));
    })(request);
  },
  "sessions that are always lost": ({ message }) => (isCall(message) ? status(404, "Session not found") : undefined),
} satisfies Record<string, HttpFault>;

export type HttpFaultName = keyof typeof HTTP_FAULTS;

export interface FaultServer extends HttpServerState, Disposable {
  readonly url: string;
}

/** Starts a server that speaks streamable HTTP. */
export function startHttpFault(faulty: HttpFaultName | HttpFault): FaultServer {
  lost = false;
  const fault: HttpFault = typeof faulty === "function" ? faulty : HTTP_FAULTS[faulty];
  const state: HttpServerState = { record: [], headers: [], queries: [], session: crypto.randomUUID() };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname === "/elsewhere") state.record.push("elsewhere");
      state.headers.push(request.headers);
      state.queries.push(url.search);
      if (request.method === "DELETE") state.record.push("DELETE");
      if (request.method !== "POST")
        return (
          (await fault({ message: undefined, method: request.method, headers: request.headers, url, server: state })) ??
          status(405)
        );
      const message = (await request.json()) as Message;
      if (message.method === "initialize") state.record.push("initialize");
      if (message.method === "notifications/cancelled") state.record.push("cancelled");
      if (isCall(message)) state.record.push(`call ${message.params?.name}`);
      const instead = await fault({ message, method: request.method, headers: request.headers, url, server: state });
      return instead ?? correct(message, request.headers, state);
    },
  });
  return {
    ...state,
    get session() {
      return state.session;
    },
    set session(value) {
      state.session = value;
    },
    url: `http://127.0.0.1:${server.port}/mcp`,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

function correct(message: Message, headers: Headers, { session }: HttpServerState): Response {
  const { id, method } = message;
  if (method === "initialize") return json(answer(id, initializeResult()), { headers: { "mcp-session-id": session } });
  if (headers.get("mcp-session-id") !== session) return status(404, "Session not found");
  if (id === undefined) return status(202);
  if (method === "tools/list") return json(answer(id, { tools: [ECHO] }));
  if (method === "tools/call") return sse(event(answer(id, echoResult(message))));
  return json(refusal(id, -32_601, `no method ${method}`));
}

/** Starts a server that only has the older transport. @param onCall decides what becomes of a call's answer */
export function startSseServer(onCall: (drop: () => void) => "answer" | "nothing" = () => "answer"): FaultServer {
  const state: HttpServerState = { record: [], headers: [], queries: [], session: "" };
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
