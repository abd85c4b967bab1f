import { distance } from "fastest-levenshtein";

/** A name that differs from a known one in more letters probably belongs to another program. */
const MAX_DIFFERENCES = 3;
const PREFIXES = ["STIGMER_", "TEMPORAL_"];

/** An unknown variable that looks like a known one. */
export interface Typo {
  readonly found: string;
  readonly meant: string;
}

export function describeTypo({ found, meant }: Typo): string {
  return `${found} is set but unknown and has no effect: did you mean ${meant}?`;
}

/** Finds variables that are set, unknown, and look like a known one: most likely that one was meant. */
export function findTypos(set: Iterable<string>, known: ReadonlySet<string>): Typo[] {
  const typos: Typo[] = [];
  for (const found of set) {
    if (known.has(found) || !PREFIXES.some((prefix) => found.toUpperCase().startsWith(prefix.slice(0, -1)))) continue;
    const meant = nearest(found.toUpperCase(), known);
    if (meant !== undefined) typos.push({ found, meant });
  }
  return typos.sort((a, b) => a.found.localeCompare(b.found));
}

function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = MAX_DIFFERENCES + 1;
  for (const candidate of known) {
    const differences = distance(name, candidate);
    if (differences < least) [best, least] = [candidate, differences];
  }
  return best;
}
