import type { Database, SQLQueryBindings } from "bun:sqlite";
import { nextTurn } from "../../shared/time.ts";
import { EPHEMERAL } from "../ephemeral.ts";

/** Pages that are given back to the file system in one go, and how often at a time. */
const VACUUM = { pages: 256, rounds: 16 };
/** Threads without a session are gone with their execution; this finds what a runner left that was killed. */
const EPHEMERAL_UNUSED_MS = 86_400_000;
/** A session's thread that was not used for so long is let go of. */
const UNUSED_MS = 90 * 86_400_000;

/** One thread that nobody will continue. */
export function unusedThread(database: Database, now: number): string | undefined {
  const found = database
    .query<{ thread_id: string }, SQLQueryBindings[]>(
      "SELECT thread_id FROM threads WHERE used_at < ?1 OR (used_at < ?2 AND substr(thread_id, 1, ?3) = ?4) ORDER BY used_at LIMIT 1",
    )
    .get(now - UNUSED_MS, now - EPHEMERAL_UNUSED_MS, EPHEMERAL.length, EPHEMERAL);
  return found?.thread_id;
}

/** Gives unused pages of the file back, up to a limit. */
export async function shrink(database: Database): Promise<void> {
  const free = () => database.query<{ freelist_count: number }, []>("PRAGMA freelist_count").get()?.freelist_count ?? 0;
  for (let round = 0; round < VACUUM.rounds && free() > 0; round++) {
    // Each step of it frees one page: all of them must be taken.
    database.query(`PRAGMA incremental_vacuum(${VACUUM.pages})`).all();
    await nextTurn();
  }
}
