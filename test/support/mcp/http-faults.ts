/** A server over HTTP with one fault: streamable HTTP, or the older transport. Records what it is asked. */
import {
  at,
  body,
  changing,
  correct,
  endless,
  event,
  type HttpFault,
  type HttpServerState,
  isCall,
  json,
  logged,
  numbered,
  onCall,
  progressOf,
  resumable,
  sse,
  status,
} from "./http-responses.ts";
import { answer, calledResult, echoResult, type Message, refusal, TOOLS_CHANGED } from "./messages.ts";
import { ODD_TOOLS } from "./odd-tools.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

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
  "tools with odd definitions": ({ message }) => {
    if (message?.method === "tools/list") return json(answer(message.id, { tools: ODD_TOOLS }));
    const picture = { type: "image", mimeType: "image/png", data: PNG };
    if (isCall(message) && message?.params?.name === "no_schema")
      return json(answer(message.id, { content: [{ type: "text", text: "A dot:" }, picture] }));
    return undefined;
  },
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
  "a stream that can be resumed": resumable((count, call) => {
    // The stream ends once more, before anything has arrived.
    if (count === 1) return sse(body([": hello\n\n"], "close"));
    return sse(numbered("two", JSON.stringify(answer(call.id, echoResult(call)))));
  }, "hang"),
  "a stream that ends, and cannot be resumed": resumable(() => status(405)),
  "a stream that ends, and the session is lost": resumable(() => status(404, "Session not found")),
  "a stream that always ends": resumable(() => sse(body([": hello\n\n"], "close"))),
  "reports progress and logs": onCall((message) => {
    return sse([progressOf(message), logged("a warning"), answer(message.id, echoResult(message))].map(event).join(""));
  }),
  "a flood of notifications": onCall(() => sse(endless(event(logged("noise"))))),
  "a flood of requests whose answers it does not take": ({ message, server }) => {
    if (isCall(message))
      return sse(endless(event(logged("noise")) + event({ jsonrpc: "2.0", id: 1, method: "ping" }).repeat(10)));
    if (message?.method !== undefined || message?.id === undefined) return undefined;
    server.record.push("answer");
    return new Promise<Response>(() => undefined);
  },
  "a slow stream": onCall((message) => {
    const pieces = [": hello\n\n", event(progressOf(message)), ...event(answer(message.id, echoResult(message)))];
    return sse(body(pieces, "close", async () => await Bun.sleep(1)));
  }),
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
  "a result of 100 MB that says its length": onCall(
    () =>
      new Response(body(Array<string>(100).fill("x".repeat(1_000_000)), "hang"), {
        headers: { "content-type": "application/json", "content-length": "100000000" },
      }),
  ),
  "a hundred thousand messages at once": onCall(() => json(Array<object>(100_000).fill(logged("noise")))),
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
  const state: HttpServerState = { record: [], levels: [], headers: [], queries: [], session: crypto.randomUUID() };
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
      if (message.method === "logging/setLevel") state.levels.push(message.params?.level);
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
