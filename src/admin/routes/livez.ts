import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";

/**
 * `GET /livez`: whether the process works, whatever state it is in. 503 for some seconds after its event loop was blocked:
 * a process that is blocked again and again would otherwise look alive whenever it can answer.
 */
export function livez({ eventLoop }: Pick<AdminDeps, "eventLoop">) {
  return (c: Context): Response => {
    const { block } = eventLoop;
    return block === undefined ? c.json({ status: "ok" }) : c.json({ status: "blocked", reasons: [block] }, 503);
  };
}
