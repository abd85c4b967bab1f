import { createMiddleware } from "hono/factory";
import { isLoopback } from "../../shared/net-address.ts";
import { AdminError } from "../admin-error.ts";

/**
 * Prevents DNS rebinding. A web page can point its own host name to 127.0.0.1: for the browser its requests to this
 * server are then of the same origin. A server that listens on this machine only therefore serves requests only under
 * this machine's names. One that listens beyond it is reached under many names, a pod's address for example, and needs
 * a token instead.
 */
export function dnsRebindingGuard(adminHost: string, probePaths: readonly string[]) {
  const own = adminHost.toLowerCase();
  return createMiddleware(async (c, next) => {
    const host = c.req.header("host") ?? "";
    const name = hostnameOf(host);
    // Simple probes send no host, or an invalid one. No browser does that.
    const isProbe = probePaths.includes(c.req.path);
    const isServed = name === undefined ? host === "" || isProbe : name === own || isLoopback(name);
    if (isLoopback(own) && !isServed) {
      throw new AdminError(
        "forbidden",
        "requests under this host name are not served: use localhost, or set ADMIN_HOST or ADMIN_TOKEN",
      );
    }
    await next();
  });
}

/** The name in a Host header, without its port; `undefined` if the header is invalid. */
function hostnameOf(host: string): string | undefined {
  if (/[\s/?#@\\]/.test(host)) return undefined;
  return URL.parse(`http://${host}`)?.hostname.replace(/^\[(.*)\]$/, "$1");
}
