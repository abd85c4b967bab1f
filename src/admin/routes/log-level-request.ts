import type { Context } from "hono";
import * as v from "valibot";
import { LOG_LEVELS, type LogLevel, MAX_LEVEL_SECONDS } from "../../shared/log-names.ts";
import { AdminError } from "../admin-error.ts";
import { jsonObject } from "./json-object.ts";

export interface LogLevelRequest {
  readonly level: LogLevel;
  /** Until the configured level returns; absent: never. */
  readonly forSeconds?: number | undefined;
}

const LEVEL = v.picklist(LOG_LEVELS);
const SECONDS = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_LEVEL_SECONDS)));
const FIELDS: ReadonlySet<string> = new Set(["level", "forSeconds"]);

/** @throws AdminError that says what is wrong and what is allowed */
export async function logLevelRequest(c: Context): Promise<LogLevelRequest> {
  const [parameter] = new URL(c.req.url).searchParams.keys();
  if (parameter !== undefined) throw invalid(`${shown(parameter)} is a parameter`, "a JSON body");
  const body = jsonObject(await c.req.text());
  if (body === undefined)
    throw invalid("the body is no JSON object", '{"level":"debug"} or {"level":"debug","forSeconds":600}');
  const other = Object.keys(body).find((name) => !FIELDS.has(name));
  if (other !== undefined) throw invalid(`the field ${shown(other)} is unknown`, "level, forSeconds");
  const [level, forSeconds] = [body["level"], body["forSeconds"]];
  const [levelResult, seconds] = [v.safeParse(LEVEL, level), v.safeParse(SECONDS, forSeconds)];
  if (!levelResult.success) throw invalid(`the field level is ${shown(level)}`, LOG_LEVELS.join(", "));
  if (!seconds.success)
    throw invalid(
      `the field forSeconds is ${shown(forSeconds)}`,
      `a whole number from 1 to ${MAX_LEVEL_SECONDS}, or no such field: until the runner ends`,
    );
  return { level: levelResult.output, forSeconds: seconds.output };
}

/** A value as it was sent. */
function shown(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 100);
}

function invalid(problem: string, allowed: string): AdminError {
  return new AdminError(
    "invalid-request",
    `The request is not valid, and the log level is as before: ${problem}; allowed: ${allowed}`,
  );
}
