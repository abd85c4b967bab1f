import { once } from "node:events";
import { type Logger, silentLogger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { listenAddress } from "../shared/listen-address.ts";
import { sleep } from "../shared/time.ts";
import { type App, httpServer } from "./server/http-server.ts";
import { LIMITS, type ServerLimits } from "./server/limits.ts";

/** How long name resolution may take for the host to listen on. */
const LOOKUP_LIMIT_MS = 5_000;
/** How long stopping waits for requests that are being answered. */
const ANSWER_LIMIT_MS = 1_000;
const ANSWER_POLL_MS = 10;

/** A server that listens. */
export interface AdminServer {
  /** The actual port, if any free one was asked for. */
  readonly port: number;
  /** `http://host:port`. */
  readonly url: string;
  /** Open connections. */
  readonly connections: number;
  /** Closes all connections, after requests that are being answered. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** Refuses a host that this machine does not resolve to itself: there is no token. */
  readonly mustBeLoopback?: boolean | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
  readonly log?: Logger | undefined;
}

/**
 * Listens on host and port; port 0 takes any free one.
 * @throws the system's error, `EADDRINUSE` for example; the resolver's (`ENOTFOUND`) if the host does not resolve;
 *   `ENOTLOOPBACK`
 */
export async function serveAdmin(
  app: App,
  host: string,
  port: number,
  { mustBeLoopback = false, limits = {}, log = silentLogger }: ServeOptions = {},
): Promise<AdminServer> {
  const address = await listenAddress(host, { mustBeLoopback, limitMs: LOOKUP_LIMIT_MS });
  const { server, connections } = httpServer(app, { ...LIMITS, ...limits }, log);
  server.listen(port, address);
  await once(server, "listening");
  server.on("error", (error) => log.error(`The admin server cannot accept a connection: ${messageOf(error)}`));
  const bound = server.address();
  const actualPort = typeof bound === "object" && bound !== null ? bound.port : port;
  return {
    port: actualPort,
    url: `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${actualPort}`,
    get connections() {
      return connections.count;
    },
    stop: async () => {
      // The request that asked for the shutdown is answered.
      const end = Date.now() + ANSWER_LIMIT_MS;
      while (connections.hasBusy && Date.now() < end) await sleep(ANSWER_POLL_MS);
      const closed = once(server, "close");
      server.close();
      connections.closeAll();
      await closed;
    },
  };
}
