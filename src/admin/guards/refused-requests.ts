import { createMiddleware } from "hono/factory";
import type { CallBindings } from "../call-log.ts";

/** Answers what the server has refused, as any other error. */
export function refusedRequests(methods: readonly string[]) {
  return createMiddleware<{ Bindings: CallBindings }>(async (c, next) => {
    const refusal = c.env?.refusal;
    if (refusal === undefined) return await next();
    if (refusal.code === "method-not-allowed") c.header("Allow", methods.join(", "));
    throw refusal;
  });
}
