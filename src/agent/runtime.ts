/** What the library tells a middleware about the run it is in. */
export interface MiddlewareRuntime {
  readonly configurable?: Readonly<Record<string, unknown>> | undefined;
  readonly writer?: ((chunk: unknown) => void) | undefined;
}

/** Separates the levels of nested graphs in the library's namespaces. */
const LEVEL = "|";

/** The graph node of the main agent below which a sub-agent runs; empty for the main agent itself. */
export function nodeOf({ configurable }: MiddlewareRuntime): string {
  const namespace: unknown = configurable?.["checkpoint_ns"];
  if (typeof namespace !== "string" || !namespace.includes(LEVEL)) return "";
  return namespace.slice(0, namespace.indexOf(LEVEL));
}
