import { ProtocolError, ProtocolErrorCode, SdkError, SdkErrorCode } from "@modelcontextprotocol/client";
import { messageOf } from "../../shared/errors.ts";
import { fetchFailure } from "../../shared/fetch-failure.ts";
import { plainText } from "../../shared/plain-text.ts";
import { RunnerError, withRemedies } from "../../shared/runner-error.ts";
import { sentence } from "../../shared/text.ts";
import { humanDuration } from "../../shared/time.ts";
import { CallError } from "./call-error.ts";
import { AnswerMissing } from "./call-tool.ts";
import type { Exchange, Wait } from "./exchange.ts";
import { bodyText, keyRemedy, refusalText } from "./explain-http.ts";
import type { Link } from "./link.ts";
import { isKind, type ResolvedServer } from "./resolved-server.ts";

/** Errors of the protocol by which a server refuses a request as it stands. */
const REFUSALS: ReadonlySet<number> = new Set([
  ProtocolErrorCode.ParseError,
  ProtocolErrorCode.InvalidRequest,
  ProtocolErrorCode.MethodNotFound,
  ProtocolErrorCode.InvalidParams,
  ProtocolErrorCode.UrlElicitationRequired,
  ProtocolErrorCode.MissingRequiredClientCapability,
]);
/** Statuses by which a server may have begun the work. */
const TIMEOUT_STATUSES: ReadonlySet<number> = new Set([408, 499]);

const CHECK_FIRST = "Find out whether it took effect before you call it again.";

interface FailedCall {
  readonly exchange: Exchange;
  readonly link: Link;
  readonly resolved: ResolvedServer;
  readonly limitMs: number;
}

/** What is known of a call that ended with an error, for the agent. */
export function explainCall(error: unknown, call: FailedCall): CallError {
  const unknown = (why: string) => new CallError("unknown", `${sentence(why)} ${CHECK_FIRST}`, error);
  if (error instanceof ProtocolError) {
    const says = `the server answers with an error: ${plainText(error.message)}`;
    return new CallError(REFUSALS.has(error.code) ? "not-executed" : "failed", sentence(says), error);
  }
  if (error instanceof AnswerMissing) return unknown(error.message);
  const code = error instanceof SdkError ? error.code : undefined;
  const { waitsFor } = call.exchange;
  if (code === SdkErrorCode.RequestTimeout && waitsFor !== undefined)
    return new CallError("not-executed", unsentText(waitsFor, humanDuration(call.limitMs)), error);
  if (code === SdkErrorCode.RequestTimeout)
    return unknown(`the server did not answer within ${humanDuration(call.limitMs)}`);
  if (code === SdkErrorCode.InvalidResult || code === SdkErrorCode.UnsupportedResultType)
    return unknown("the server answered, but its answer cannot be read");
  const end = call.link.endReason();
  if (code === SdkErrorCode.ConnectionClosed)
    return unknown(`the connection was lost before the server's answer${end === undefined ? "" : `. ${end}`}`);
  return isKind(call.resolved, "http")
    ? ofHttp(error, call)
    : unknown(end ?? `the message could not be sent: ${plainText(messageOf(error))}`);
}

/** What a call waited for in vain. */
function unsentText(waitsFor: Wait, limit: string): string {
  switch (waitsFor) {
    case "the look-up of the name":
      return `the name of the server could not be looked up within ${limit}.`;
    case "a free connection":
      return `the runner makes too many calls at the same time, and none of its connections was free within ${limit}.`;
    case "an address that answers":
      return `no address of the server could be connected within ${limit}.`;
  }
}

function ofHttp(error: unknown, { exchange, resolved }: FailedCall): CallError {
  const { status } = exchange;
  const notExecuted = (why: string) => new CallError("not-executed", sentence(why), error);
  // The address is not allowed.
  if (error instanceof RunnerError) return notExecuted(withRemedies(error.message, error.remedies));
  if (!exchange.isBegun) return notExecuted(`the request was not sent: ${plainText(messageOf(error))}`);
  if (exchange.isUnsent) return notExecuted(`the server cannot be reached: ${plainText(fetchFailure(error))}`);
  if ((status === 401 || status === 403) && isKind(resolved, "http"))
    return notExecuted(
      `the server refused the request. ${refusalText(status)} The user can mend it: ${keyRemedy(resolved)}`,
    );
  const says = `the server answered with HTTP ${status}${bodyText(error)}`;
  if (status !== undefined && status >= 300 && status < 500 && !TIMEOUT_STATUSES.has(status)) return notExecuted(says);
  const why =
    status === undefined || status < 300 ? `the connection was lost: ${plainText(fetchFailure(error))}` : says;
  return new CallError("unknown", `${sentence(why)} ${CHECK_FIRST}`, error);
}
