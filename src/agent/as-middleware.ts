import type { AgentMiddleware } from "langchain";

/**
 * Casts to the library's general type of middleware. Its specific types differ in state and tools and are not assignable to
 * it under `exactOptionalPropertyTypes`; at run time only the hooks matter.
 */
export function asMiddleware(middleware: { readonly name: string }): AgentMiddleware {
  return middleware as AgentMiddleware;
}
