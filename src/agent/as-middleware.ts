import type { AgentMiddleware, createMiddleware } from "langchain";

/** The hook of a middleware around each call of the model. */
export type WrapModelCall = NonNullable<Parameters<typeof createMiddleware>[0]["wrapModelCall"]>;

/**
 * Casts to the library's general type of middleware. Its specific types differ in state and tools and are not assignable to
 * it under `exactOptionalPropertyTypes`; at run time only the hooks matter.
 */
export function asMiddleware(middleware: { readonly name: string }): AgentMiddleware {
  return middleware as AgentMiddleware;
}
