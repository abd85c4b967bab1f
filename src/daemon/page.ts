/** Entries of a page where the caller names no number, and the most there can be. */
const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 500;
/** Most bytes of a page, unless one entry alone has more: clients receive 4 MiB in one message unless they say otherwise. */
export const PAGE_BYTES = 3 * 1024 * 1024;

export interface Page<T> {
  readonly totalPages: number;
  /** Of all pages. */
  readonly count: number;
  readonly entries: T[];
}

/**
 * One page of a list: so many entries, or fewer where they are large. The token of a page is its number, from 1; an empty
 * one means the first.
 */
export function page<T extends { readonly bytes: number }>(items: readonly T[], size: number, token: string): Page<T> {
  const perPage = size <= 0 ? DEFAULT_PAGE_SIZE : Math.min(size, MAX_PAGE_SIZE);
  const number = Math.max(Number.parseInt(token, 10) || 1, 1);
  const entries: T[] = [];
  let current = 0;
  let held = 0;
  let bytes = 0;
  for (const item of items) {
    if (current === 0 || held >= perPage || bytes + item.bytes > PAGE_BYTES) {
      current++;
      held = 0;
      bytes = 0;
    }
    held++;
    bytes += item.bytes;
    if (current === number) entries.push(item);
  }
  return { totalPages: current, count: items.length, entries };
}
