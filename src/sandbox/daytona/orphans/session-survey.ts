import type { Logger } from "../../../log/index.ts";
import { messageOf } from "../../../shared/errors.ts";
import { inParallel } from "../../../shared/in-parallel.ts";
import type { DaytonaSandbox } from "../daytona-api.ts";
import { sessionOf } from "../labels.ts";
import type { SessionSandboxes } from "../ports.ts";

/** Sessions that are read at a time, and in one round; those that are due longest come first. */
const CONCURRENT_READS = 8;
const MAX_READS = 5_000;
/** A backend that fails so often is not asked any more in this round. */
const MAX_FAILURES = 5;
/**
 * A session that was seen to use its sandbox is not read again for this time, less a part that differs from sandbox to
 * sandbox, so that not all are read in one round. Shorter than the time after which a missing one counts.
 */
const ALIVE_MS = 4 * 3_600_000;
const SPREAD_MS = 2 * 3_600_000;
/** Sessions that are asked for where the backend knew none of the others. */
const CONTROLS = 3;

/** What the backend says of a sandbox's session: only these three are answers, an error is none. */
export type Verdict = "alive" | "replaced" | "session-not-found";

export interface Survey {
  /** By the sandbox's id; those that were not asked for, or not answered, are missing. */
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

/** Asks the backend about the sessions of sandboxes, as far as that is due. */
export async function surveySessions(remotes: readonly DaytonaSandbox[], options: SurveyOptions): Promise<Survey> {
  const { alive, now } = options;
  const lastSeen = ({ id }: DaytonaSandbox) => alive.get(id) ?? 0;
  const due = remotes
    .filter((remote) => now - lastSeen(remote) >= ALIVE_MS - (Number(Bun.hash(remote.id)) % SPREAD_MS))
    .sort((one, other) => lastSeen(one) - lastSeen(other));
  const verdicts = await ask(due, options);
  const isKnown = (verdict: Verdict) => verdict !== "session-not-found";
  // Where nothing is missing, nothing has to be believed.
  if (verdicts.size === 0 || verdicts.values().some(isKnown)) return { verdicts, knowsSessions: true };
  // Only those that are missing were due: one that is known to be alive tells whether this is its backend.
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
        log.warn(`Orphaned sandboxes are not looked for any further in this round: ${messageOf(error)}`);
    }
  });
  return verdicts;
}

/** @param session as the backend knows it; `undefined` where it says that there is none */
export function verdictOf(session: { readonly sandboxId?: string } | undefined, sandboxId: string): Verdict {
  if (session === undefined) return "session-not-found";
  // A session that names none finds this one by its label.
  return session.sandboxId === undefined || session.sandboxId === sandboxId ? "alive" : "replaced";
}
