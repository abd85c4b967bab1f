import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Logger } from "../log/index.ts";
import { plural } from "../shared/text.ts";
import type { AdminError } from "./admin-error.ts";
import { BoundedLog, type LogBudget } from "./bounded-log.ts";

/** Longest path that is logged, in characters. */
const MAX_PATH_LENGTH = 200;
/** Statuses of calls that may be attacks; other refused calls are mistakes, or connections that browsers open in advance. */
const SUSPICIOUS: ReadonlySet<number> = new Set([401, 403]);

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** A variable of a call that the log counts elsewhere. */
export const COUNTED = "isCounted";

/** What the server adds to a request. */
export interface CallBindings {
  /** The address that the request came from. */
  readonly source?: string | undefined;
  /** Keeps the connection of this request open while nothing is sent. */
  readonly keepOpen?: (() => void) | undefined;
  /** Why the server did not read the request. */
  readonly refusal?: AdminError | undefined;
  /** Whether method and path are not known. */
  readonly isUnparsed?: boolean | undefined;
}

/** What a route tells about a request. */
export interface CallVariables {
  /** What the call has changed, for the log. */
  effect?: string;
  /** Logs the call as accepted now: its answer comes much later than what it changes. */
  logAccepted: () => void;
  [COUNTED]?: boolean;
}

/**
 * Logs accepted calls that change something, and refused calls, with the address and the request's id. Answered probes
 * are not logged. Refused and accepted calls have a budget each: a port scanner cannot hide who stops the runner.
 */
export function callLog(log: Logger, budget?: LogBudget) {
  const bounded = (what: string) =>
    new BoundedLog(
      (dropped) =>
        log.warn(`${plural(dropped, `further ${what} admin call`)} ${dropped === 1 ? "was" : "were"} not logged`),
      budget,
    );
  const [refused, accepted] = [bounded("refused"), bounded("accepted")];
  return createMiddleware<{ Bindings: CallBindings; Variables: CallVariables }>(async (c, next) => {
    const levelBefore = log.levels.level;
    const requestId = c.get("requestId") as string;
    let isLogged = false;
    const logAccepted = (status?: number) => {
      if (isLogged) return;
      isLogged = true;
      const effect = c.get("effect");
      const text = `Accepted ${describeCall(c)}${effect === undefined ? "" : `: ${effect}`}`;
      accepted.write(() => log.levels.including(levelBefore, () => log.info(text, { requestId, status })));
    };
    c.set("logAccepted", logAccepted);
    await next();
    const { status } = c.res;
    if (c.get(COUNTED) === true) return;
    if (status >= 400 && status < 500) {
      const level = SUSPICIOUS.has(status) ? "warn" : status === 408 ? "debug" : "info";
      refused.write(() =>
        log[level](
          `Refused ${describeCall(c)}: ${c.error?.message ?? (status === 404 ? "there is no such path" : "see the page that was sent")}`,
          { requestId, status },
        ),
      );
    } else if (status < 400 && !READS.has(c.req.method)) {
      logAccepted(status);
    }
  });
}

/** `POST /shutdown from 127.0.0.1`; without the query, which may contain a token. */
export function describeCall({ req, env }: Pick<Context, "req" | "env">): string {
  const { method, path } = req;
  const shown = path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path;
  const { source, isUnparsed } = (env ?? {}) as CallBindings;
  return `${isUnparsed ? "a request" : `${method} ${shown}`} from ${source ?? "an unknown address"}`;
}
