import { createMiddleware } from "hono/factory";
import { isLoopback } from "../../shared/net-address.ts";
import { AdminError } from "../admin-error.ts";

const PROBES: ReadonlySet<string> = new Set(["/livez", "/readyz", "/healthz"]);

/**
 * Refuses requests under a name that is not this machine's, where the server listens on it alone: a page can have its
 * own name lead here and then is of the same origin. Probes of a cluster come under the address of a pod, to a server
 * that listens beyond the machine.
 */
export function dnsRebindingGuard(adminHost: string) {
  const own = adminHost.toLowerCase();
  return createMiddleware(async (c, next) => {
    const host = c.req.header("host") ?? "";
    // Simple probes name none, or one that cannot be; nothing that tells or does more has to be served to them.
    const name = nameOf(host);
    const isServed = name === undefined ? host === "" || PROBES.has(c.req.path) : name === own || isLoopback(name);
    if (isLoopback(own) && !isServed) {
      throw new AdminError(
        "forbidden",
        "requests under this host name are not served: use localhost, or set ADMIN_HOST or ADMIN_TOKEN",
      );
    }
    await next();
  });
}

/** The name in a Host header, without its port; `undefined` where it is none. */
function nameOf(host: string): string | undefined {
  if (/[\s/?#@\\]/.test(host)) return undefined;
  return URL.parse(`http://${host}`)?.hostname.replace(/^\[(.*)\]$/, "$1");
}
