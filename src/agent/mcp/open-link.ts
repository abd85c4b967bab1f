import { messageOf } from "../../shared/errors.ts";
import { humanDuration, untilAborted } from "../../shared/time.ts";
import { ConnectError } from "./connect-error.ts";
import type { Attempt, Link, LinkDeps } from "./link.ts";
import { openHttpLink } from "./open-http-link.ts";
import { openProgramLink } from "./open-program-link.ts";
import { isKind, type ResolvedServer } from "./resolved-server.ts";

/**
 * Connects to a server, within its limit.
 * @throws ConnectError; the signal's reason, if it aborts
 */
export async function openLink(resolved: ResolvedServer, deps: LinkDeps, signal: AbortSignal): Promise<Link> {
  const { connectLimitMs: limitMs } = deps;
  const over = new AbortController();
  const timer = setTimeout(
    () => over.abort(new ConnectError(attempt.queued > 0 ? noConnection(limitMs) : noAnswer(limitMs))),
    limitMs,
  );
  const attempt: Attempt = {
    signal: AbortSignal.any([signal, over.signal]),
    limitMs,
    opened: new AsyncDisposableStack(),
    queued: 0,
  };
  const opening = open(resolved, deps, attempt);
  try {
    return await untilAborted(opening, attempt.signal);
  } catch (error) {
    // It may be hanging in something that the signal does not end.
    void opening.then((link) => link.close()).catch(() => undefined);
    await attempt.opened.disposeAsync();
    signal.throwIfAborted();
    const cause: unknown = over.signal.aborted ? over.signal.reason : error;
    throw cause instanceof ConnectError ? cause : new ConnectError(`The connection failed: ${messageOf(cause)}`, cause);
  } finally {
    clearTimeout(timer);
  }
}

function noAnswer(limitMs: number): string {
  return `It did not answer within ${humanDuration(limitMs)}.`;
}

/** It was not even asked. */
function noConnection(limitMs: number): string {
  return `The runner makes too many calls at the same time, and none of its connections was free within ${humanDuration(limitMs)}.`;
}

async function open(resolved: ResolvedServer, deps: LinkDeps, attempt: Attempt): Promise<Link> {
  if (isKind(resolved, "http")) return await openHttpLink(resolved, deps, attempt);
  if (isKind(resolved, "docker")) return await openProgramLink(resolved, deps, attempt);
  if (isKind(resolved, "stdio")) return await openProgramLink(resolved, deps, attempt);
  throw new Error("unexpected kind of server");
}
