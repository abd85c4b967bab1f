import type { Context } from "hono";

/**
 * Who may use a route:
 * - `probe`: everybody, under any host name. Load balancers and clusters send no token.
 * - `protected`: whoever has the token, if there is one.
 */
export type Access = "probe" | "protected";

/** A path of the admin server with one method. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As Hono writes it: `/executions/:id`. */
  readonly path: string;
  readonly access: Access;
  readonly handler: (c: Context) => Response | Promise<Response>;
}
