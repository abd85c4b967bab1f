import type { Context } from "hono";

/**
 * Who may use a route:
 * - `probe`: everybody, under any host name. Load balancers and clusters send no token.
 * - `public`: everybody, under the host names that are served: the login, and files that say nothing.
 * - `login`: as `public`, and wrong tokens are counted.
 * - `protected`: whoever has the token, if there is one.
 * - `page`: as `protected`, or a browser that has logged in. Others are led to the login.
 */
export type Access = "probe" | "public" | "login" | "protected" | "page";

/** A path of the admin server with one method. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As Hono writes it: `/executions/:id`. */
  readonly path: string;
  readonly access: Access;
  readonly handler: (c: Context) => Response | Promise<Response>;
}
