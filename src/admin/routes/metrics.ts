import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";
import { AdminError } from "../admin-error.ts";

/** `GET /metrics`: the page for Prometheus; 404 if metrics are off. */
export function metrics({ metrics: read }: Pick<AdminDeps, "metrics">) {
  return async (c: Context): Promise<Response> => {
    if (read === undefined) throw new AdminError("not-found", "Metrics are off: start the runner with METRICS=true");
    const { contentType, text } = await read();
    return c.body(text, 200, { "Content-Type": contentType });
  };
}
