import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { sleep, withTimeout } from "../shared/time.ts";
import type { CallBindings } from "./call-log.ts";

/** How long name resolution may take for the host to listen on. */
const LOOKUP_LIMIT_MS = 5_000;
/** How long stopping waits for requests that are being answered. */
const ANSWER_LIMIT_MS = 1_000;
const ANSWER_POLL_MS = 10;

/** Bodies of requests say little: a mode, a level, a token. */
const MAX_BODY_BYTES = 64 * 1024;

/** A server that listens. */
export interface AdminServer {
  /** The actual port, if any free one was asked for. */
  readonly port: number;
  /** `http://host:port`. */
  readonly url: string;
  /** Closes all connections, after requests that are being answered. */
  stop(): Promise<void>;
}

/** What the server needs of the app. */
interface App {
  fetch(request: Request, bindings: CallBindings): Response | Promise<Response>;
}

/**
 * Listens on host and port; port 0 takes any free one.
 * @throws the system's error, `EADDRINUSE` for example; the resolver's (`ENOTFOUND`) if the host does not resolve
 */
export async function serveAdmin(app: App, host: string, port: number): Promise<AdminServer> {
  await checkResolves(host);
  const server = Bun.serve({
    hostname: host,
    port,
    fetch: (request, self) =>
      app.fetch(withAbsoluteUrl(request), {
        source: self.requestIP(request)?.address,
        keepOpen: () => self.timeout(request, 0),
      }),
    // Bun's error page shows paths and code.
    development: false,
    // Else a port that is taken is shared, and each server gets some of the requests.
    reusePort: false,
    idleTimeout: 10,
    maxRequestBodySize: MAX_BODY_BYTES,
  });
  const actualPort = server.port ?? port;
  return {
    port: actualPort,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}`,
    stop: async () => {
      // The request that asked for the shutdown is answered.
      const end = Date.now() + ANSWER_LIMIT_MS;
      while (server.pendingRequests > 0 && Date.now() < end) await sleep(ANSWER_POLL_MS);
      await server.stop(true);
    },
  };
}

/** Bun reports a host that does not resolve as an invalid argument. @throws the resolver's error, which says more */
async function checkResolves(host: string): Promise<void> {
  if (isIP(host.replace(/^\[(.*)\]$/, "$1")) !== 0) return;
  const timedOut = () => Object.assign(new Error(`the name service does not answer for ${host}`), { code: "ETIMEOUT" });
  await withTimeout(lookup(host), LOOKUP_LIMIT_MS, timedOut);
}

/**
 * A request with an absolute URL, as Hono expects it. Bun's has only the path if the Host header is missing, as in
 * HTTP/1.0, or invalid.
 */
function withAbsoluteUrl(request: Request): Request {
  if (URL.canParse(request.url)) return request;
  const path = request.url.replace(/^[a-z]+:\/\/[^/]*/, "");
  return new Request(`http://localhost${path.startsWith("/") ? path : "/"}`, request);
}
