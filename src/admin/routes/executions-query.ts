import * as v from "valibot";
import { STAGES } from "../../executions/index.ts";
import { alternatives } from "../../shared/text.ts";
import { AdminError } from "../admin-error.ts";
import type { ExecutionRecord } from "../execution-json.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;
/** Longest value of a parameter that an error repeats, in characters. */
const MAX_SHOWN = 100;

const text = v.pipe(v.string(), v.nonEmpty("a text that is not empty"));

function oneOf<const T extends readonly string[]>(values: T) {
  return v.picklist(values, alternatives(values));
}

/** The parameters of `GET /executions`; the message of each is what is allowed. */
const PARAMETERS = {
  state: oneOf(["active", "ended"]),
  stage: oneOf(STAGES),
  session: text,
  agent: text,
  outcome: oneOf(["completed", "failed", "cancelled"]),
  limit: v.pipe(
    v.string(),
    v.regex(/^\d{1,4}$/, `a whole number from 1 to ${MAX_LIMIT}`),
    v.transform(Number),
    v.minValue(1, `a whole number from 1 to ${MAX_LIMIT}`),
    v.maxValue(MAX_LIMIT, `a whole number from 1 to ${MAX_LIMIT}`),
  ),
  cursor: v.pipe(v.string(), v.regex(/^[0-9a-z]{1,12}-[0-9a-z]{1,12}$/, "a `nextCursor` of this runner")),
} as const;

const QUERY = v.partial(v.object(PARAMETERS));

export interface ExecutionsQuery {
  readonly limit: number;
  /** Only executions that were taken before this one. */
  readonly before: number;
  matches(record: ExecutionRecord): boolean;
}

/**
 * @param process distinguishes this process from an earlier one at the same address
 * @throws AdminError that names the parameter and what is allowed
 */
export function executionsQuery(given: URLSearchParams, process: string): ExecutionsQuery {
  const values = new Map<string, string>();
  for (const [name, value] of given) {
    if (!Object.hasOwn(PARAMETERS, name)) throw invalid(name, "is no parameter", alternatives(Object.keys(PARAMETERS)));
    if (values.has(name)) throw invalid(name, "is given more than once", "one value");
    values.set(name, value);
  }
  const result = v.safeParse(QUERY, Object.fromEntries(values));
  if (!result.success) {
    const [issue] = result.issues;
    const name = String(issue.path?.[0]?.key);
    throw invalid(name, `is ${JSON.stringify(cut(values.get(name) ?? ""))}`, issue.message);
  }
  const { state, stage, session, agent, outcome, limit = DEFAULT_LIMIT, cursor } = result.output;
  return {
    limit,
    before: cursor === undefined ? Number.POSITIVE_INFINITY : sequenceOf(cursor, process),
    matches: (record) =>
      (state === undefined || record.state === state) &&
      (stage === undefined || (record.state === "active" && record.stage === stage)) &&
      (session === undefined || record.sessionId === session) &&
      (agent === undefined || record.agentName === agent) &&
      (outcome === undefined || (record.state === "ended" && record.outcome.phase === outcome)),
  };
}

/** Continues a list after this execution, whatever begins or ends meanwhile. */
export function cursorAfter({ sequence }: ExecutionRecord, process: string): string {
  return `${process}-${sequence.toString(36)}`;
}

function sequenceOf(cursor: string, process: string): number {
  const [from, sequence = ""] = cursor.split("-");
  if (from === process) return Number.parseInt(sequence, 36);
  throw invalid("cursor", "is from an earlier process: this runner was restarted", "a `nextCursor` of this runner");
}

function invalid(name: string, problem: string, allowed: string): AdminError {
  return new AdminError(
    "invalid-request",
    `The parameter ${JSON.stringify(cut(name))} ${problem}; allowed: ${allowed}`,
  );
}

function cut(value: string): string {
  return value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
}
