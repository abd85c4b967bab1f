import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { plural } from "../../shared/text.ts";
import { sleep } from "../../shared/time.ts";
import { AdminError } from "../admin-error.ts";
import { BoundedLog } from "../bounded-log.ts";
import type { CallBindings } from "../call-log.ts";
import { answerBroken, refusalOfBroken } from "./broken-request.ts";
import { type Connection, Connections } from "./connection.ts";
import type { ServerLimits } from "./limits.ts";
import { readRequest, refusalOf, unknownMethod } from "./read-request.ts";
import { sendStream, sendWhole } from "./send-response.ts";

/** What the server needs of the app. */
export interface App {
  fetch(request: Request, bindings: CallBindings): Response | Promise<Response>;
}

export interface HttpServer {
  readonly server: Server;
  readonly connections: Connections;
}

/**
 * Serves the app over HTTP/1.1 within limits. It is `node:http` and not `Bun.serve`, which has limits neither for
 * connections nor for the time of a request that trickles in, and answers what it refuses itself without a body.
 * What the server refuses is answered by the app too: all errors have one body and one place in the log.
 */
export function httpServer(app: App, limits: ServerLimits, log: Logger): HttpServer {
  const connections = new Connections(limits, fullLog(limits, log));
  const failed = failureLog(log);
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    // Simple probes send no Host header.
    requireHostHeader: false,
  });
  server.on("connection", (socket: Socket) => connections.add(socket));
  server.on("request", (incoming, outgoing) => void handle(incoming, outgoing, refusalOf(incoming, limits)));
  server.on("checkContinue", (incoming, outgoing) => {
    const refusal = refusalOf(incoming, limits);
    if (refusal === undefined) outgoing.writeContinue();
    void handle(incoming, outgoing, refusal);
  });
  server.on("checkExpectation", (incoming, outgoing) => {
    void handle(incoming, outgoing, new AdminError("expectation-failed", "Only Expect: 100-continue is supported"));
  });
  server.on("connect", (_, socket: Socket) => void answerUnparsed(socket, unknownMethod("CONNECT")));
  server.on("clientError", (error, socket: Socket) => {
    const refusal = refusalOfBroken(error, limits);
    // The answer to an earlier request may be on its way.
    const isAnswering = connections.of(socket)?.isBusy !== false;
    if (refusal === undefined || isAnswering || !socket.writable) socket.destroy();
    else void answerUnparsed(socket, refusal);
  });
  return { server, connections };

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse, refused?: AdminError): Promise<void> {
    const connection = connections.of(incoming.socket);
    // Answers to pipelined requests would be kept in memory until they are read.
    if (connection === undefined || connection.requests >= limits.pipelined) return void incoming.socket.destroy();
    connection.requests++;
    const gone = new AbortController();
    outgoing.on("error", () => undefined);
    outgoing.once("close", () => {
      connection.requests--;
      if (!outgoing.writableFinished) gone.abort();
    });
    try {
      await answer(incoming, outgoing, { connection, signal: gone.signal, refused });
    } catch (error) {
      // Mostly the connection broke, before the request was complete or while the answer was sent.
      if (!gone.signal.aborted && !incoming.destroyed) failed(error);
      outgoing.destroy();
    }
  }

  async function answer(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { connection, signal, refused }: { connection: Connection; signal: AbortSignal; refused: AdminError | undefined },
  ): Promise<void> {
    const read = refused === undefined ? await readRequest(incoming, signal, limits) : { refusal: refused };
    let isKept = false;
    const keepOpen = () => {
      if (!isKept) connection.kept++;
      isKept = true;
    };
    connection.answering++;
    const bindings = { source: connection.source, keepOpen };
    const response = await Promise.resolve(
      "request" in read
        ? app.fetch(read.request, bindings)
        : app.fetch(withoutBody(incoming), { ...bindings, refusal: read.refusal }),
    ).finally(() => connection.answering--);
    if (!incoming.complete) await finishReading(incoming, outgoing);
    connection.sending++;
    outgoing.once("close", () => connection.sending--);
    try {
      await (isKept ? sendStream : sendWhole)(response, outgoing, limits);
    } finally {
      if (isKept) connection.kept--;
    }
  }

  /** What is left of a request that was refused is read for a moment: else the client might see a reset only. */
  async function finishReading(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.setHeader("Connection", "close");
    const over = new AbortController();
    incoming.resume();
    incoming.once("close", () => over.abort()).once("end", () => over.abort());
    await sleep(limits.lingerMs, over.signal);
  }

  async function answerUnparsed(socket: Socket, refusal: AdminError): Promise<void> {
    const source = connections.of(socket)?.source;
    const response = await app.fetch(new Request("http://localhost/"), { source, refusal, isUnparsed: true });
    await answerBroken(socket, response, limits);
  }
}

/** Says now and then that there are too many connections. */
function fullLog({ connections }: ServerLimits, log: Logger): (source: string) => void {
  const more = (count: number) =>
    log.warn(`${plural(count, "further connection")} to the admin server ${count === 1 ? "was" : "were"} closed`);
  const bounded = new BoundedLog(more, { lines: 1, windowMs: 60_000 });
  return (source) =>
    bounded.write(() =>
      log.warn(
        `The admin server has ${connections} connections, its limit: it closes the oldest that it waits for, one from ${source} first`,
      ),
    );
}

/** Reports defects: an answer broke off although its client was there. */
function failureLog(log: Logger): (error: unknown) => void {
  const bounded = new BoundedLog((count) => log.error(`${plural(count, "further answer")} broke off`));
  return (error) => bounded.write(() => log.error(`An answer of the admin server broke off: ${messageOf(error)}`));
}

/** What the log and the answer need of a refused request. */
function withoutBody({ url = "", method = "GET" }: IncomingMessage): Request {
  return new Request(`http://localhost${url.startsWith("/") ? url : "/"}`, { method });
}
