import { distance } from "fastest-levenshtein";

/** How many letters may differ for a name to count as a slip of the hand. */
const MAX_DIFFERENCES = 3;
const PREFIXES = ["STIGMER_", "TEMPORAL_"];

export interface Typo {
  readonly found: string;
  readonly meant: string;
}

export function describeTypo({ found, meant }: Typo): string {
  return `${found} is set but unknown and has no effect: did you mean ${meant}?`;
}

/** Variables that are set, are unknown, and look like a known one: most likely its value is meant and is not used. */
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
