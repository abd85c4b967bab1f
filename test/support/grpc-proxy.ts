/** A proxy for gRPC without TLS that treats single methods as broken load balancers do. */
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";

/**
 * What becomes of calls: they are answered by the server; or their answers are lost, also those of calls that are open
 * already; or the proxy answers new ones itself, without a message, or with the error PERMISSION_DENIED.
 */
export type Treatment = "pass" | "swallow" | "answer-empty" | "refuse";

export interface GrpcProxy {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** How many calls of a method have come, by its name without the service. */
  calls(method: string): number;
  /** Treats a method so from now on. With `pass`, calls whose answer was lost fail. */
  treat(method: string, treatment: Treatment): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An empty message: not compressed, length 0. */
const EMPTY = Buffer.alloc(5);

/** @param to `host:port` of the server behind it */
export async function startGrpcProxy(to: string): Promise<GrpcProxy> {
  const treatments = new Map<string, Treatment>();
  const counts = new Map<string, number>();
  const lost = new Map<string, Set<ServerHttp2Stream>>();
  const servers = new Map<unknown, ClientHttp2Session>();
  const server = createServer();
  server.on("session", (client) => {
    const session = connect(`http://${to}`);
    servers.set(client, session);
    session.on("error", () => client.destroy());
    session.on("close", () => client.destroy());
    client.on("error", () => session.destroy());
    client.on("close", () => {
      servers.delete(client);
      session.destroy();
    });
  });
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    const method = String(headers[":path"]).split("/").at(-1) ?? "";
    counts.set(method, (counts.get(method) ?? 0) + 1);
    stream.on("error", () => stream.destroy());
    if (treatments.get(method) === "answer-empty") return answer(stream, "0", EMPTY);
    if (treatments.get(method) === "refuse") return answer(stream, "7");
    const session = servers.get(stream.session);
    if (session === undefined) return stream.close();
    forward(stream, headers, session, () => {
      if (treatments.get(method) !== "swallow") return false;
      lost.set(method, (lost.get(method) ?? new Set()).add(stream));
      return true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    calls: (method) => counts.get(method) ?? 0,
    treat: (method, treatment) => {
      treatments.set(method, treatment);
      if (treatment !== "pass") return;
      for (const stream of lost.get(method) ?? []) stream.destroy();
      lost.delete(method);
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const session of servers.values()) session.destroy();
    },
  };
}

/** @param loses whether an answer that has come is lost */
function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  session: ClientHttp2Session,
  loses: () => boolean,
): void {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
  const request = session.request({ ...Object.fromEntries(own), ":method": "POST", ":path": headers[":path"] });
  let trailers: OutgoingHttpHeaders = {};
  stream.on("close", () => request.close());
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.pipe(request);
  request.on("response", (response) => {
    if (!loses() && !stream.destroyed) stream.respond(response, { waitForTrailers: true });
  });
  request.on("trailers", (found) => {
    trailers = found;
  });
  request.on("data", (bytes) => {
    if (!loses() && stream.headersSent) stream.write(bytes);
  });
  request.on("end", () => {
    if (!loses() && stream.headersSent) stream.end();
  });
  request.on("error", () => {
    if (!loses()) stream.destroy();
  });
}

function answer(stream: ServerHttp2Stream, status: string, message?: Buffer): void {
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": status }));
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.end(message);
}
