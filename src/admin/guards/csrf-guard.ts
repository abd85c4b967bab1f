import { createMiddleware } from "hono/factory";
import { AdminError } from "../admin-error.ts";

/**
 * Refuses what a browser sends on behalf of a page from elsewhere: any page could otherwise shut down the runner of the
 * developer who looks at it. Programs send no `Origin`.
 */
export const csrfGuard = createMiddleware(async (c, next) => {
  const origin = c.req.header("origin");
  const host = c.req.header("host");
  if (origin !== undefined && (host === undefined || URL.parse(origin)?.host !== host)) {
    throw new AdminError("forbidden", "requests from web pages of another origin are not served");
  }
  await next();
});
