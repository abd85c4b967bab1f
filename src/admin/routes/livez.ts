import type { Context } from "hono";

/** `GET /livez`: whether the process answers, whatever state it is in. */
export function livez(c: Context): Response {
  return c.json({ status: "ok" });
}
