import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { sleep, withTimeout } from "../shared/time.ts";
import type { CallBindings } from "./call-log.ts";

/** How long the name service may take to find the address to listen on. */
const LOOKUP_LIMIT_MS = 5_000;
/** How long requests that are being answered may hold up the end. */
const ANSWER_LIMIT_MS = 1_000;
const ANSWER_POLL_MS = 10;

export interface AdminServer {
  /** The port that was taken, where any free one was asked for. */
  readonly port: number;
  /** `http://host:port`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What the server needs of the app. */
interface App {
  fetch(request: Request, bindings: CallBindings): Response | Promise<Response>;
}

/** Listens. @throws the system's error where it cannot, `ENOTFOUND` where the host does not resolve */
export async function serveAdmin(app: App, host: string, port: number): Promise<AdminServer> {
  await resolved(host);
  const server = Bun.serve({
    hostname: host,
    port,
    fetch: (request, self) => app.fetch(withAddress(request), { source: self.requestIP(request)?.address }),
    // Bun's own page for errors shows paths and code. Without it, Bun shares a port that is taken.
    development: false,
    reusePort: false,
    idleTimeout: 10,
  });
  const taken = server.port ?? port;
  return {
    port: taken,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    stop: async () => {
      // Whoever asked for the end gets the answer.
      const end = Date.now() + ANSWER_LIMIT_MS;
      while (server.pendingRequests > 0 && Date.now() < end) await sleep(ANSWER_POLL_MS);
      await server.stop(true);
    },
  };
}

/** Bun reports a host that does not resolve as an invalid argument. @throws the name service's error */
async function resolved(host: string): Promise<void> {
  if (isIP(host.replace(/^\[(.*)\]$/, "$1")) !== 0) return;
  const tooLate = () => Object.assign(new Error(`the name service does not answer for ${host}`), { code: "ETIMEOUT" });
  await withTimeout(lookup(host), LOOKUP_LIMIT_MS, tooLate);
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
