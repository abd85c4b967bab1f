/** Entries of a page where the caller names no number, and the most there can be. */
const USUAL_PAGE = 50;
const LARGEST_PAGE = 500;

/** One page of a list. The token of a page is its number, from 1; an empty one means the first. */
export function page<T>(
  items: readonly T[],
  size: number,
  token: string,
): { readonly totalPages: number; readonly entries: T[] } {
  const perPage = size <= 0 ? USUAL_PAGE : Math.min(size, LARGEST_PAGE);
  const number = Math.max(Number.parseInt(token, 10) || 1, 1);
  return {
    totalPages: Math.ceil(items.length / perPage),
    entries: items.slice((number - 1) * perPage, number * perPage),
  };
}
