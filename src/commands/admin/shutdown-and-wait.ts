import type * as v from "valibot";
import { sleep } from "../../shared/time.ts";
import type { AdminClient, AdminRequest } from "./admin-client.ts";
import { shutdownEnded } from "./answers.ts";
import { isUnanswered, RunnerWatch, type Sight } from "./runner-watch.ts";

/** How often the runner is asked whether it leaves, until it says so. */
const FIRST_INTERVAL_MS = 100;

export interface WaitPace {
  /** How often it is asked whether it is still there. */
  readonly intervalMs: number;
  /** After as many unanswered questions in a row it counts as gone. */
  readonly misses: number;
}

const PACE: WaitPace = { intervalMs: 2_000, misses: 3 };

/** How waiting for a runner's end ended. */
export type Ending =
  /** It has said how its executions ended. */
  | ({ readonly type: "told" } & v.InferOutput<typeof shutdownEnded>)
  /** Another runner answers there, which was started meanwhile. */
  | { readonly type: "replaced" }
  /** Nobody answers any more. */
  | { readonly type: "silent" };

interface WaitOptions {
  readonly client: AdminClient;
  readonly body: AdminRequest["body"];
  readonly signal: AbortSignal;
  /** Called once, when the runner leaves and has not ended yet. Its signal aborts at the end. */
  readonly onLeaving: (deadline: string | null, signal: AbortSignal) => Promise<void>;
  readonly pace?: WaitPace | undefined;
}

/**
 * Shuts a runner down and waits for its end, with one request. That request is repeated only if its connection broke while
 * the same runner goes on; a runner that was started meanwhile is never shut down.
 * @throws AdminRequestError if the runner does not answer at first, or refuses; the signal's reason
 */
export async function shutdownAndWait({
  client,
  body,
  signal: interrupted,
  onLeaving,
  pace = PACE,
}: WaitOptions): Promise<Ending> {
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted, over.signal]);
  const watch = new RunnerWatch(client);
  await watch.meet(signal);
  const gone = untilGone();
  // Nobody waits for it after the runner has told its end.
  gone.catch(() => undefined);
  try {
    return await Promise.race([untilTold(), gone]);
  } finally {
    over.abort();
  }

  async function untilTold(): Promise<Ending> {
    for (let attempts = 1; ; attempts++) {
      let failure: unknown;
      try {
        const request = { method: "POST", body, signal, waits: true } as const;
        return { type: "told", ...(await client.ask("/shutdown?wait=true", shutdownEnded, request)) };
      } catch (error) {
        if (!isUnanswered(error)) throw error;
        failure = error;
      }
      let sight: Sight;
      do {
        await pauseFor(pace.intervalMs);
        sight = await watch.look(signal);
      } while (sight.type === "silent");
      if (sight.type === "replaced") return sight;
      // A proxy may let probes pass and not this request.
      if (sight.type === "running" && attempts >= pace.misses) throw failure;
    }
  }

  async function untilGone(): Promise<Ending> {
    let isLeaving = false;
    for (let misses = 0; ; ) {
      const sight = await watch.look(signal);
      misses = sight.type === "silent" ? misses + 1 : 0;
      if (sight.type === "replaced" || (sight.type === "silent" && misses >= pace.misses)) return sight;
      if (sight.type === "leaving" && !isLeaving) {
        isLeaving = true;
        await onLeaving(sight.deadline, signal);
      }
      await pauseFor(isLeaving || misses > 0 ? pace.intervalMs : FIRST_INTERVAL_MS);
    }
  }

  async function pauseFor(ms: number): Promise<void> {
    await sleep(ms, signal);
    signal.throwIfAborted();
  }
}
