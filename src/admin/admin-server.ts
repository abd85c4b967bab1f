import type { Hono } from "hono";

export interface AdminServer {
  /** The port that was taken, where any free one was asked for. */
  readonly port: number;
  /** `http://host:port`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens. @throws the system's error where it cannot */
export function serveAdmin(app: Pick<Hono, "fetch">, host: string, port: number): AdminServer {
  const server = Bun.serve({
    hostname: host,
    port,
    fetch: (request) => app.fetch(withAddress(request)),
    idleTimeout: 10,
  });
  const taken = server.port ?? port;
  return {
    port: taken,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    stop: () => server.stop(true),
  };
}

/**
 * A request with a whole address: where it names no host, as HTTP/1.0 may, or none that is one, it comes with its path
 * alone, in which the app would look for the path behind a host.
 */
function withAddress(request: Request): Request {
  if (URL.canParse(request.url)) return request;
  const path = request.url.replace(/^[a-z]+:\/\/[^/]*/, "");
  return new Request(`http://localhost${path.startsWith("/") ? path : "/"}`, request);
}
