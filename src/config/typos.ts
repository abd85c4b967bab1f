import { nearest } from "../shared/nearest.ts";

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
