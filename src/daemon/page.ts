/** Default and maximum number of entries of a page. */
const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 500;
/** Maximum size of a page unless a single entry is larger: gRPC clients accept messages of 4 MiB by default. */
export const PAGE_BYTES = 3 * 1024 * 1024;

export interface Page<T> {
  readonly totalPages: number;
  /** Of all pages. */
  readonly count: number;
  readonly entries: T[];
}

/**
 * One page of a list, with fewer entries than requested if they are large. The page token is the page number, from 1; an
 * empty one means the first page.
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
