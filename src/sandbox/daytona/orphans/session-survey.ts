import type { Logger } from "../../../log/index.ts";
import { messageOf } from "../../../shared/errors.ts";
import { inParallel } from "../../../shared/in-parallel.ts";
import type { DaytonaSandbox } from "../daytona-api.ts";
import { sessionOf } from "../labels.ts";
import type { SessionSandboxes } from "../ports.ts";

/** Sessions that are read at a time, and in one round. The longest overdue come first. */
const CONCURRENT_READS = 8;
const MAX_READS = 5_000;
/** After so many errors the backend is not asked any more in this round. */
const MAX_FAILURES = 5;
/**
 * A session that uses its sandbox is read again after this time, minus a part that differs between sandboxes, so that
 * not all are read in one round. It is shorter than the time after which a missing session counts.
 */
const ALIVE_MS = 4 * 3_600_000;
const SPREAD_MS = 2 * 3_600_000;
/** How many other sessions are read as a check if the backend knew none. */
const CONTROLS = 3;

/** What the backend says about a sandbox's session. An error is not an answer. */
export type Verdict = "alive" | "replaced" | "session-not-found";

export interface Survey {
  /** By the sandbox's id; without those that have no answer. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Whether the backend knows any session of this group. */
  readonly knowsSessions: boolean;
}

export interface SurveyOptions {
  readonly sessions: SessionSandboxes;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly now: number;
  /** When sandboxes were last seen alive. */
  readonly alive: ReadonlyMap<string, number>;
}

/** Asks the backend about the sessions of sandboxes, if they are due. */
export async function surveySessions(remotes: readonly DaytonaSandbox[], options: SurveyOptions): Promise<Survey> {
  const { alive, now } = options;
  const lastSeen = ({ id }: DaytonaSandbox) => alive.get(id) ?? 0;
  const due = remotes
    .filter((remote) => now - lastSeen(remote) >= ALIVE_MS - (Number(Bun.hash(remote.id)) % SPREAD_MS))
    .sort((one, other) => lastSeen(one) - lastSeen(other));
  const verdicts = await ask(due, options);
  const isKnown = (verdict: Verdict) => verdict !== "session-not-found";
  // A check is only needed if sessions are missing.
  if (verdicts.size === 0 || verdicts.values().some(isKnown)) return { verdicts, knowsSessions: true };
  // All due sessions are missing: sessions that were alive recently show whether this is the right backend.
  const recent = remotes.filter(({ id }) => alive.has(id)).sort((one, other) => lastSeen(other) - lastSeen(one));
  const controls = await ask(recent.slice(0, CONTROLS), options);
  return { verdicts: new Map([...verdicts, ...controls]), knowsSessions: controls.values().some(isKnown) };
}

async function ask(
  remotes: readonly DaytonaSandbox[],
  { sessions, log, signal }: SurveyOptions,
): Promise<Map<string, Verdict>> {
  const bySession = Map.groupBy(remotes, ({ labels }) => sessionOf(labels) ?? "");
  const verdicts = new Map<string, Verdict>();
  let failures = 0;
  await inParallel([...bySession].slice(0, MAX_READS), CONCURRENT_READS, async ([sessionId, its]) => {
    if (failures >= MAX_FAILURES) return;
    try {
      const session = await sessions.getSandbox(sessionId, signal);
      for (const { id } of its) verdicts.set(id, verdictOf(session, id));
    } catch (error) {
      signal.throwIfAborted();
      failures++;
      log.debug(`Session ${sessionId} could not be read: ${messageOf(error)}`);
      if (failures === MAX_FAILURES)
        log.warn(`The search for orphaned sandboxes stops for this round: ${messageOf(error)}`);
    }
  });
  return verdicts;
}

/** @param session as the backend knows it; `undefined` if it says that there is no such session */
export function verdictOf(session: { readonly sandboxId?: string } | undefined, sandboxId: string): Verdict {
  if (session === undefined) return "session-not-found";
  // A session without a sandbox id finds this sandbox by its label.
  return session.sandboxId === undefined || session.sandboxId === sandboxId ? "alive" : "replaced";
}
