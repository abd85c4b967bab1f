/** Scripted answers of a provider's double, including invalid ones. */

/** A call of a tool as a model writes it. */
export interface ModelCall {
  readonly name: string;
  readonly args?: unknown;
  /** The arguments as they are sent, instead of `args`: perhaps no JSON. */
  readonly raw?: string;
  /** `null`: none is sent. Absent: one of its own. */
  readonly id?: string | null;
}

/** The tokens of an answer, as the provider counts them. */
export interface TurnUsage {
  /** All of the input, with what was cached. */
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

export const DEFAULT_USAGE: TurnUsage = { input: 10, cached: 0, output: 10 };

export interface AnswerTurn {
  readonly text: string;
  readonly tools?: readonly ModelCall[];
  /** Why the answer ends, in the provider's words; `null`: the stream ends without a word. Absent: as it should be. */
  readonly stop?: string | null;
  /** `null`: the provider says nothing. */
  readonly usage?: TurnUsage | null;
  /** How the stream ends before that: the connection breaks, or an error is reported in it. */
  readonly breaks?: "reset" | { readonly type: string; readonly message: string };
}

/** An HTTP response that is not a model's answer. */
export interface HttpTurn {
  readonly http: { readonly status: number; readonly body: string; readonly headers?: Record<string, string> };
}

/** An answer that begins and never comes. */
export interface HangingTurn {
  readonly hang: true;
}

export type ModelTurn = AnswerTurn | HttpTurn | HangingTurn;

export function argumentsOf({ args = {}, raw }: ModelCall): string {
  return raw ?? JSON.stringify(args);
}

export function httpResponse(turn: HttpTurn | HangingTurn): Response {
  if ("hang" in turn) {
    const headers = { "content-type": "text/event-stream" };
    return new Response(new ReadableStream({ start: () => new Promise(() => undefined) }), { headers });
  }
  const { http } = turn;
  return new Response(http.body, { status: http.status, headers: http.headers ?? { "content-type": "text/html" } });
}

/** A body that is sent in pieces; with `reset` the connection breaks after them. */
export function body(pieces: readonly string[], ends: "close" | "reset"): ReadableStream<Uint8Array> {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      const piece = bytes[next++];
      // Each piece by itself, as a provider sends them.
      await Bun.sleep(1);
      if (piece !== undefined) controller.enqueue(piece);
      else if (ends === "close") controller.close();
      // Without a reason: the server would print it.
      else controller.error(undefined);
    },
  });
}
