import type { Context } from "hono";
import * as v from "valibot";
import { AdminError } from "../admin-error.ts";
import { jsonObject } from "./json-object.ts";

const BODY = v.strictObject({ mode: v.optional(v.picklist(["drain", "cancel"]), "drain") });

export interface ShutdownRequest {
  readonly mode: "drain" | "cancel";
  /** Whether the answer comes at the end. */
  readonly wait: boolean;
}

/** An empty body asks to drain. @throws AdminError that says what is allowed */
export async function shutdownRequest(c: Context): Promise<ShutdownRequest> {
  const parameters = new URL(c.req.url).searchParams;
  const other = parameters.keys().find((name) => name !== "wait");
  if (other !== undefined) throw invalid(`the parameter ${JSON.stringify(other.slice(0, 100))} is unknown`, "wait");
  const [wait = "false", ...more] = parameters.getAll("wait");
  if (more.length > 0 || (wait !== "true" && wait !== "false"))
    throw invalid("the parameter wait is wrong", "true or false");
  return { mode: modeOf(await c.req.text()), wait: wait === "true" };
}

function modeOf(body: string): "drain" | "cancel" {
  if (body.trim() === "") return "drain";
  const parsed = v.safeParse(BODY, jsonObject(body));
  if (parsed.success) return parsed.output.mode;
  throw invalid("the body is wrong", 'nothing, {"mode":"drain"} or {"mode":"cancel"}');
}

function invalid(problem: string, allowed: string): AdminError {
  return new AdminError(
    "invalid-request",
    `The request is not valid, and nothing was done: ${problem}; allowed: ${allowed}`,
  );
}
