import type { Database, SQLQueryBindings } from "bun:sqlite";
import { yieldToEventLoop } from "../../shared/time.ts";
import { EPHEMERAL } from "../ephemeral.ts";

/** Pages that are given back to the file system in one go, and how often at a time. */
const VACUUM = { pages: 256, rounds: 16 };
/** Threads without a session are gone with their execution; this finds what a runner left that was killed. */
const EPHEMERAL_UNUSED_MS = 86_400_000;
/** A session's thread that was not used for this time is deleted. */
const UNUSED_MS = 90 * 86_400_000;
/** Only the clock says that a thread is unused, and it may be wrong: it has to say so again after this time. */
const SECOND_LOOK_MS = 86_400_000;
/** Unused threads that one look remembers. */
const MAX_SEEN = 100;

const UNUSED = "used_at < ?1 OR (used_at < ?2 AND substr(thread_id, 1, ?3) = ?4)";

/** One thread that nobody will continue, as two looks have found. */
export function unusedThread(database: Database, now: number): string | undefined {
  const limits = [now - UNUSED_MS, now - EPHEMERAL_UNUSED_MS, EPHEMERAL.length, EPHEMERAL];
  const unused = `SELECT thread_id FROM threads WHERE ${UNUSED} ORDER BY used_at LIMIT ${MAX_SEEN}`;
  return database
    .transaction(() => {
      // Used again, or deleted; or the clock was ahead when it was seen.
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
        .get(now - SECOND_LOOK_MS)?.thread_id;
    })
    .immediate();
}

/** Gives unused pages of the file back, up to a limit. */
export async function shrink(database: Database): Promise<void> {
  const free = () => database.query<{ freelist_count: number }, []>("PRAGMA freelist_count").get()?.freelist_count ?? 0;
  for (let round = 0; round < VACUUM.rounds && free() > 0; round++) {
    // Each step of it frees one page: all of them must be taken.
    database.query(`PRAGMA incremental_vacuum(${VACUUM.pages})`).all();
    await yieldToEventLoop();
  }
}
