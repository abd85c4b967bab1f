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
  const server = Bun.serve({ hostname: host, port, fetch: (request) => app.fetch(request), idleTimeout: 10 });
  const taken = server.port ?? port;
  return {
    port: taken,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    stop: () => server.stop(true),
  };
}
