import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";

/** `GET /config`: every setting and where it comes from, without the values of secrets. */
export function config({ mode, settings }: Pick<AdminDeps, "mode" | "settings">) {
  return (c: Context): Response => c.json({ mode, settings: settings() });
}
