import { explained } from "../../../shared/errors.ts";
import { executionOf, groupOf, sessionOf } from "../labels.ts";
import type { SessionSandboxes } from "../ports.ts";
import type { OrphanReason } from "./orphan-ledger.ts";
import { isIdle, lastUse, type Orphan, type RoundOptions } from "./orphan-round.ts";
import { verdictOf } from "./session-survey.ts";

const WHY: Readonly<Record<OrphanReason, string>> = {
  "one-off": "its execution had no session and has ended",
  replaced: "its session has another sandbox",
  "session-not-found": "the backend does not know its session",
};

/** The description of an orphan for the log, and the fields of the line. */
export function describeOrphan({ remote, sighting }: Orphan) {
  const { id, name, labels } = remote;
  const { reason, firstSeen, rounds } = sighting;
  const session = sessionOf(labels);
  const last = lastUse(remote);
  const used = last === undefined ? "" : `, last used at ${iso(last)}`;
  const text = `sandbox ${id} (${name}): ${WHY[reason]}, seen ${rounds} times since ${iso(firstSeen)}${used}`;
  return { text, fields: { sandboxId: id, sessionId: session, executionId: executionOf(labels), reason } };
}

/**
 * Checks once more that it is an orphan, and deletes it.
 * @returns whether it was deleted
 * @throws if Daytona or the backend does not answer
 */
export async function deleteOrphan(orphan: Orphan, options: RoundOptions): Promise<boolean> {
  const { api, log, signal } = options;
  const { id } = orphan.remote;
  const { text, fields } = describeOrphan(orphan);
  const changed = await whatChanged(orphan, options);
  if (changed !== undefined) {
    log.info(`Kept the sandbox ${id}, which looked like an orphan: ${changed}`, fields);
    return false;
  }
  await api.call(`delete the sandbox ${id}`, () => orphan.remote.delete(), { signal });
  log.info(`Deleted the orphaned ${text}`, fields);
  return true;
}

/** Why it is not an orphan any more. */
async function whatChanged(
  { remote, sighting }: Orphan,
  { api, sessions, group, signal, isInUse, now }: RoundOptions,
): Promise<string | undefined> {
  const session = sessionOf(remote.labels);
  if (session !== undefined) {
    const verdict = await verdictNow(sessions, session, remote.id, signal);
    if (verdict !== sighting.reason) return `its session ${session} is ${verdict} now`;
  }
  // This comes last, right before the deletion.
  const fresh = await api.find(remote.id, signal);
  if (fresh === undefined) return "it was deleted already";
  if (groupOf(fresh.labels) !== group || sessionOf(fresh.labels) !== session) return "its labels have changed";
  if (isInUse(remote.id) || !isIdle(fresh, now()) || lastUse(fresh) !== lastUse(remote)) return "it is used again";
  return undefined;
}

async function verdictNow(sessions: SessionSandboxes, session: string, id: string, signal: AbortSignal) {
  try {
    return verdictOf(await sessions.getSandbox(session, signal), id);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`the session ${session} could not be read: ${explained(error)}`, { cause: error });
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
