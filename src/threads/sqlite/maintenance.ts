import type { Database, SQLQueryBindings } from "bun:sqlite";
import { yieldToEventLoop } from "../../shared/time.ts";
import { EPHEMERAL } from "../thread-id.ts";

/** Pages that are returned to the file system per step, and steps per call. */
const VACUUM = { pages: 256, rounds: 16 };
/** Threads without a session are deleted with their execution. This catches those of a killed runner. */
const EPHEMERAL_UNUSED_MS = 86_400_000;
/** A session's thread is deleted if it was not used for this time. */
const UNUSED_MS = 90 * 86_400_000;
/** The clock may be wrong, so a thread must be found unused a second time, this much later, before it is deleted. */
const RECHECK_MS = 86_400_000;
/** Unused threads that are recorded per call. */
const MAX_SEEN = 100;

const UNUSED = "used_at < ?1 OR (used_at < ?2 AND substr(thread_id, 1, ?3) = ?4)";

/** A thread that was found unused twice; `undefined` if there is none. */
export function unusedThread(database: Database, now: number): string | undefined {
  const limits = [now - UNUSED_MS, now - EPHEMERAL_UNUSED_MS, EPHEMERAL.length, EPHEMERAL];
  const unused = `SELECT thread_id FROM threads WHERE ${UNUSED} ORDER BY used_at LIMIT ${MAX_SEEN}`;
  return database
    .transaction(() => {
      // The thread was used again or deleted, or the clock was ahead when it was recorded.
      database
        .query(
          `DELETE FROM unused_threads WHERE seen_at > ?5 OR thread_id NOT IN (SELECT thread_id FROM threads WHERE ${UNUSED})`,
        )
        .run(...limits, now);
      database.query(`INSERT OR IGNORE INTO unused_threads SELECT thread_id, ?5 FROM (${unused})`).run(...limits, now);
      return database
        .query<{ thread_id: string }, SQLQueryBindings[]>(
          "SELECT thread_id FROM unused_threads WHERE seen_at <= ? ORDER BY seen_at LIMIT 1",
        )
        .get(now - RECHECK_MS)?.thread_id;
    })
    .immediate();
}

/** Returns unused pages of the file to the file system, up to a limit. */
export async function shrink(database: Database): Promise<void> {
  const free = () => database.query<{ freelist_count: number }, []>("PRAGMA freelist_count").get()?.freelist_count ?? 0;
  for (let round = 0; round < VACUUM.rounds && free() > 0; round++) {
    // The pragma frees one page per row: all rows must be fetched.
    database.query(`PRAGMA incremental_vacuum(${VACUUM.pages})`).all();
    await yieldToEventLoop();
  }
}
