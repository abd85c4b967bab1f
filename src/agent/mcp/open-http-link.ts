import { SdkHttpError, SSEClientTransport, type Transport } from "@modelcontextprotocol/client";
import { waitAtMost } from "../../shared/time.ts";
import { Answers } from "./answers.ts";
import { connectClient, type Era } from "./client.ts";
import { isModernAnswer } from "./era.ts";
import { explainHttpConnect } from "./explain-http.ts";
import { HttpTransport } from "./http-transport.ts";
import type { Attempt, Link, LinkDeps } from "./link.ts";
import type { HttpServer, ResolvedServer } from "./resolved-server.ts";
import { serverFetch } from "./server-fetch.ts";

/** Answers to `initialize` after which the specification asks to try the older transport. */
const OLD_TRANSPORT: ReadonlySet<number> = new Set([400, 404, 405]);
/** The server may take this long to end a session. It ends it by itself, sooner or later. */
const SESSION_END_MS = 2_000;

/** Connects to a server over HTTP: streamable HTTP, or SSE if the server only has that. @throws ConnectError */
export async function openHttpLink(
  resolved: ResolvedServer<HttpServer>,
  deps: LinkDeps,
  attempt: Attempt,
): Promise<Link> {
  const explain = (error: unknown, old?: unknown) =>
    explainHttpConnect(error, resolved, { old, hasProxy: deps.hasProxy?.(urlOf(resolved.server)) });
  const streamable = async (era: Era) => await openStreamable(resolved.server, era, deps, attempt);
  try {
    return await streamable("initialize");
  } catch (error) {
    attempt.signal.throwIfAborted();
    if (isModernAnswer(error))
      return await streamable("2026-07-28").catch((modern: unknown) => {
        throw explain(modern);
      });
    if (!(error instanceof SdkHttpError) || !OLD_TRANSPORT.has(error.status)) throw explain(error);
    return await openSse(resolved.server, deps, attempt).catch((old: unknown) => {
      attempt.signal.throwIfAborted();
      // The first answer says more: most servers do not have the older transport.
      throw explain(error, old);
    });
  }
}

/** The URL with the parameters of the definition. */
function urlOf({ url, query }: HttpServer): URL {
  const full = new URL(url);
  for (const [name, value] of Object.entries(query)) full.searchParams.set(name, value);
  full.hash = "";
  return full;
}

async function openStreamable(server: HttpServer, era: Era, deps: LinkDeps, attempt: Attempt): Promise<Link> {
  const answers = new Answers();
  const transport = new HttpTransport(
    urlOf(server),
    {
      requestInit: { headers: server.headers },
      fetch: serverFetch({ policy: deps.addressPolicy, answers, attempt, calls: deps.calls, isStreamOptional: true }),
      onInsufficientScope: "throw",
    },
    answers,
    server.timeoutMs,
  );
  attempt.opened.defer(() => transport.close());
  const client = await connect(transport, era, deps, attempt);
  const close = async () => {
    await waitAtMost(transport.terminateSession(), SESSION_END_MS).catch(() => undefined);
    await client.close().catch(() => undefined);
  };
  return { client, endReason: () => undefined, close };
}

async function openSse(server: HttpServer, deps: LinkDeps, attempt: Attempt): Promise<Link> {
  const answers = new Answers();
  const transport = new SSEClientTransport(urlOf(server), {
    requestInit: { headers: server.headers },
    fetch: serverFetch({ policy: deps.addressPolicy, answers, attempt, calls: deps.calls, isStreamOptional: false }),
  });
  const send = transport.send.bind(transport);
  transport.send = (message) => answers.send(message, () => send(message));
  attempt.opened.defer(() => transport.close());
  const client = await connect(transport, "initialize", deps, attempt);
  const report = client.onerror;
  let reason: string | undefined;
  // The stream would be opened again, but as another session, in which no answer to an open request arrives.
  client.onerror = (error) => {
    report?.(error);
    if (error.name !== "SseError" && !("event" in error)) return;
    reason ??= "The server closed its stream of events.";
    void transport.close();
  };
  return { client, endReason: () => reason, close: () => client.close().catch(() => undefined) };
}

/** Closes the transport if it cannot be connected. */
async function connect(transport: Transport, era: Era, deps: LinkDeps, { signal, limitMs }: Attempt) {
  try {
    return await connectClient(transport, era, { ...deps, root: deps.sandbox.root }, { signal, timeout: limitMs });
  } catch (error) {
    await transport.close().catch(() => undefined);
    throw error;
  }
}
