import type { AgentMiddleware } from "langchain";

/**
 * The library's middleware types differ by their state and tools, and are not assignable to each other under
 * `exactOptionalPropertyTypes`; the library itself only looks at the hooks.
 */
export function asMiddleware(middleware: { readonly name: string }): AgentMiddleware {
  return middleware as AgentMiddleware;
}
