import { createMiddleware } from "hono/factory";
import { AdminError } from "../admin-error.ts";

/** What browsers say of requests that pages of other sites make. */
const FOREIGN: ReadonlySet<string> = new Set(["cross-site", "same-site"]);

/**
 * Prevents cross-site request forgery: any web page could otherwise shut down the runner of the developer who opens it.
 * Browsers send the page's `Origin`, programs send none. Hono's own guard checks form requests only.
 */
export const csrfGuard = createMiddleware(async (c, next) => {
  const origin = c.req.header("origin");
  const host = c.req.header("host");
  // A browser that sends no origin says so itself.
  const isForeign = c.req.method !== "GET" && FOREIGN.has(c.req.header("sec-fetch-site") ?? "");
  if (isForeign || (origin !== undefined && (host === undefined || URL.parse(origin)?.host !== host))) {
    throw new AdminError("forbidden", "requests from web pages of another origin are not served");
  }
  await next();
});
