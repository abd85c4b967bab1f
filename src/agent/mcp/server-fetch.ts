import type { FetchLike } from "@modelcontextprotocol/client";
import type { AddressPolicy } from "../../shared/address-policy.ts";
import { untilAborted } from "../../shared/time.ts";
import type { Answers } from "./answers.ts";
import { ConnectError } from "./connect-error.ts";
import { acquireListening, acquireRequest, type CallShare } from "./connections.ts";
import { currentExchange, type Exchange } from "./exchange.ts";
import type { Attempt } from "./link.ts";
import { Pace } from "./pace.ts";
import { isUnconnected, type Phase, pinnedFetch } from "./pinned-fetch.ts";
import { RequestLimit } from "./request-limit.ts";
import { isEventStream, limitedResponse } from "./response-body.ts";

/** The body of what is no stream, although one was asked for, may take this long. Nobody may read it. */
const REFUSAL_MS = 1_000;

interface FetchDeps {
  readonly policy: AddressPolicy | undefined;
  readonly answers: Answers;
  /** Its limit is also that of requests that are no calls and no streams. Calls have a limit of their own. */
  readonly attempt: Pick<Attempt, "limitMs" | "queued">;
  /** What the calls of the execution may have. */
  readonly calls: CallShare;
  /** Whether the transport works without the stream that stays open. */
  readonly isStreamOptional: boolean;
}

/**
 * A fetch function for the requests to one server. It refuses addresses that the policy forbids, limits what the server
 * sends, how fast it is read and how many connections are open, and notes what happened to the request.
 */
export function serverFetch({ policy, answers, attempt, calls, isStreamOptional }: FetchDeps): FetchLike {
  const pace = new Pace();
  const fetchPinned = pinnedFetch();
  const check = async (url: URL) => (await policy?.check(url)) ?? [];
  const acquireQueued = async (signal: AbortSignal, isCall: boolean) => {
    attempt.queued++;
    return await (isCall ? calls.acquire(signal) : acquireRequest(signal)).finally(() => attempt.queued--);
  };
  return async (url, init = {}) => {
    const exchange = currentExchange();
    if (init.method === "GET") resume(init, exchange);
    const isListening = exchange === undefined && staysOpen(init);
    const noted = begun(init.method === "POST" ? exchange : undefined);
    const full = new URL(url);
    const limit = new RequestLimit();
    if (exchange === undefined && !isListening) limit.begin(attempt.limitMs);
    const signal = limit.within(init.signal);
    let release: (() => void) | undefined;
    const end = () => {
      limit.end();
      release?.();
    };
    try {
      const addresses = await untilAborted(check(full), signal);
      noted.waitsFor = "a free connection";
      release = isListening ? acquireListening() : await acquireQueued(signal, exchange !== undefined);
      if (release === undefined) return withoutStream(isStreamOptional);
      const response = await fetchPinned(full, { ...init, signal }, addresses, (phase) => notePhase(noted, phase));
      noted.status = response.status;
      if (isListening && !(response.ok && isEventStream(response))) limit.begin(REFUSAL_MS);
      return limitedResponse(response, { url: full, pace, answers, exchange, signal, release: end });
    } catch (error) {
      noted.isUnsent ||= isUnconnected(error);
      end();
      throw error;
    }
  };
}

/** @param exchange absent: nobody asks what happens to the request */
function begun(exchange: Exchange = { isBegun: false, isUnsent: false }): Exchange {
  exchange.isBegun = true;
  exchange.isUnsent = true;
  exchange.waitsFor = "the look-up of the name";
  return exchange;
}

function notePhase(noted: Exchange, phase: Phase): void {
  noted.waitsFor = phase === "connecting" ? "an address that answers" : undefined;
  noted.isUnsent = phase === "connecting";
}

/** @throws ConnectError if the transport needs the stream */
function withoutStream(isStreamOptional: boolean): Response {
  if (isStreamOptional) return new Response(undefined, { status: 405 });
  throw new ConnectError("The runner has too many connections to MCP servers that only have the older transport.");
}

/** Whether what is asked for is a stream without an end: that of a server, or a subscription in the protocol of 2026. */
function staysOpen({ method, headers }: RequestInit): boolean {
  if (method === "POST") return new Headers(headers).get("mcp-method") === "subscriptions/listen";
  return method !== "DELETE";
}

/** The SDK forgets where a stream ended if it ends again before anything has arrived. */
function resume(init: RequestInit, exchange: Exchange | undefined): void {
  if (exchange?.lastEventId === undefined || !(init.headers instanceof Headers)) return;
  if (!init.headers.has("last-event-id")) init.headers.set("last-event-id", exchange.lastEventId);
}
