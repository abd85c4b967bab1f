import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Logger } from "../log/index.ts";
import { plural } from "../shared/text.ts";
import { BoundedLog, type LogBudget } from "./bounded-log.ts";

/** Characters of a path that are logged. */
const MAX_PATH = 200;
/** Calls that show that somebody tries to get in; others are mistakes. */
const SUSPICIOUS: ReadonlySet<number> = new Set([401, 403]);

/** What the server adds to a request. */
export interface CallBindings {
  /** The address that the request came from. */
  readonly source?: string | undefined;
}

/**
 * Logs who changed something and who was refused, with the address and the request's id. Probes that are answered are
 * not logged. Refused calls cannot push the accepted ones out of the log.
 */
export function callLog(log: Logger, budget?: LogBudget) {
  const bounded = (what: string) =>
    new BoundedLog(
      (dropped) =>
        log.warn(`${plural(dropped, `further ${what} admin call`)} ${dropped === 1 ? "was" : "were"} not logged`),
      budget,
    );
  const [refused, accepted] = [bounded("refused"), bounded("accepted")];
  return createMiddleware<{ Bindings: CallBindings }>(async (c, next) => {
    await next();
    const { status } = c.res;
    const fields = { requestId: c.get("requestId") as string, status };
    if (status >= 400 && status < 500) {
      const level = SUSPICIOUS.has(status) ? "warn" : "info";
      refused.write(() => log[level](`Refused ${call(c)}: ${c.error?.message ?? "there is no such path"}`, fields));
    } else if (status < 300 && c.req.method === "POST") {
      accepted.write(() => log.info(`Accepted ${call(c)}`, fields));
    }
  });
}

/** `POST /shutdown from 127.0.0.1`; without the query, which may hold a token. */
export function call({ req, env }: Pick<Context, "req" | "env">): string {
  const { method, path } = req;
  const shown = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
  const { source } = (env ?? {}) as CallBindings;
  return `${method} ${shown} from ${source ?? "an unknown address"}`;
}
