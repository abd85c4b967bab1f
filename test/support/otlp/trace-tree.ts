/** Questions about the spans of a trace. */
import type { ReceivedSpan } from "./decode.ts";

/** The spans that a span is the parent of, by their start. */
export function childrenOf(spans: readonly ReceivedSpan[], { spanId, traceId }: ReceivedSpan): ReceivedSpan[] {
  return spans
    .filter((span) => span.parentId === spanId && span.traceId === traceId)
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** The share of a span's time in which at least one of its children runs. */
export function coverage(spans: readonly ReceivedSpan[], parent: ReceivedSpan): number {
  let covered = 0;
  let until = parent.start;
  for (const { start, end } of childrenOf(spans, parent)) {
    covered += Math.max(Math.min(end, parent.end) - Math.max(start, until), 0);
    until = Math.max(until, end);
  }
  return parent.end === parent.start ? 1 : covered / (parent.end - parent.start);
}

/** The names of a span and of those below it, each indented by its depth. */
export function treeOf(spans: readonly ReceivedSpan[], root: ReceivedSpan, depth = 0): string[] {
  const below = childrenOf(spans, root).flatMap((child) => treeOf(spans, child, depth + 1));
  return [`${"  ".repeat(depth)}${root.name}`, ...below];
}
