import type { FetchLike } from "@modelcontextprotocol/client";
import type { AddressPolicy } from "../../shared/address-policy.ts";
import { untilAborted } from "../../shared/time.ts";
import type { Answers } from "./answers.ts";
import { ConnectError } from "./connect-error.ts";
import { acquireListening, acquireRequest } from "./connections.ts";
import { currentExchange, type Exchange } from "./exchange.ts";
import { Pace } from "./pace.ts";
import { isUnconnected, type Phase, pinnedFetch } from "./pinned-fetch.ts";
import { limitedResponse } from "./response-body.ts";

interface FetchDeps {
  readonly policy: AddressPolicy | undefined;
  readonly answers: Answers;
  /** Whether the transport works without the stream that stays open. */
  readonly isStreamOptional: boolean;
}

/**
 * A fetch function for the requests to one server. It refuses addresses that the policy forbids, limits what the server
 * sends, how fast it is read and how many connections are open, and notes what happened to the request.
 */
export function serverFetch({ policy, answers, isStreamOptional }: FetchDeps): FetchLike {
  const pace = new Pace();
  const fetchPinned = pinnedFetch();
  return async (url, init) => {
    const exchange = currentExchange();
    if (init?.method === "GET") resume(init, exchange);
    const isListening = init?.method !== "POST" && init?.method !== "DELETE" && exchange === undefined;
    const noted: Exchange = (init?.method === "POST" ? exchange : undefined) ?? { isBegun: false, isUnsent: false };
    const signal = init?.signal ?? new AbortController().signal;
    noted.isBegun = true;
    noted.isUnsent = true;
    noted.waitsFor = "the look-up of the name";
    const full = new URL(url);
    const addresses = policy === undefined ? [] : await untilAborted(policy.check(full), signal);
    noted.waitsFor = "a free connection";
    const release = isListening ? acquireListening() : await acquireRequest(signal);
    if (release === undefined) {
      if (isStreamOptional) return new Response(undefined, { status: 405 });
      throw new ConnectError("The runner has too many connections to MCP servers that only have the older transport.");
    }
    const onPhase = (phase: Phase) => {
      noted.waitsFor = phase === "connecting" ? "an address that answers" : undefined;
      noted.isUnsent = phase === "connecting";
    };
    try {
      const response = await fetchPinned(full, { ...init, signal }, addresses, onPhase).catch((error: unknown) => {
        noted.isUnsent ||= isUnconnected(error);
        throw error;
      });
      noted.status = response.status;
      return limitedResponse(response, { url: full, pace, answers, exchange, release });
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** The SDK forgets where a stream ended if it ends again before anything has arrived. */
function resume(init: RequestInit, exchange: Exchange | undefined): void {
  if (exchange?.lastEventId === undefined || !(init.headers instanceof Headers)) return;
  if (!init.headers.has("last-event-id")) init.headers.set("last-event-id", exchange.lastEventId);
}
