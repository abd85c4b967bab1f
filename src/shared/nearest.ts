import { distance } from "fastest-levenshtein";

/** A name that differs from a known one in more letters probably means something else. */
const MAX_DIFFERENCES = 3;

/** The known name that was probably meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = MAX_DIFFERENCES + 1;
  for (const candidate of known) {
    const differences = distance(name, candidate);
    // In a short name, a few letters make another one.
    const mayDiffer = Math.max(name.length, candidate.length) / 2;
    if (differences < least && differences <= mayDiffer) [best, least] = [candidate, differences];
  }
  return best;
}
