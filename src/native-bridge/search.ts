import { closeSync } from "node:fs";
import { closeIfLate } from "../shared/close-if-late.ts";
import { withTimeout } from "../shared/time.ts";
import { type FailedPlace, reasonOf } from "./reasons.ts";
import type { CheckedFile, Source } from "./sources.ts";

/** How long one place may take: its disk may be a network mount. */
const PLACE_LIMIT_MS = 30_000;

/** A file that can be tried, and the places that failed before it. */
export interface Candidate {
  readonly place: string;
  readonly file: CheckedFile;
  readonly failures: readonly FailedPlace[];
}

/**
 * Goes through the sources until a file can be loaded.
 * @param load tries a file; resolves with the reason if it cannot be loaded, and never if it can
 * @returns each place that failed
 */
export async function search(
  sources: readonly Source[],
  load: (candidate: Candidate) => Promise<string>,
): Promise<readonly FailedPlace[]> {
  const reasons = new Map<string, string>();
  const failures = () => [...reasons].map(([place, reason]) => ({ place, reason }));
  for (const source of sources) {
    const { place } = source;
    // Both ways to use a directory fail for the same reason.
    if (reasons.has(place)) continue;
    try {
      const file = await openInTime(source);
      if (file === undefined) continue;
      reasons.set(place, await load({ place, file, failures: failures() }));
      close(file);
      await source.discard();
    } catch (error) {
      reasons.set(place, reasonOf(error));
    }
  }
  return failures();
}

async function openInTime(source: Source): Promise<CheckedFile | undefined> {
  const tooLate = () => new Error(`it did not answer within ${PLACE_LIMIT_MS / 1000} s`);
  const inTime = <T>(opening: Promise<T>) => withTimeout(opening, PLACE_LIMIT_MS, tooLate);
  return await closeIfLate(source.open(), inTime, (late) => late && close(late));
}

function close({ descriptor }: CheckedFile): void {
  if (descriptor !== undefined) closeSync(descriptor);
}
