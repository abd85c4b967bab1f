import * as v from "valibot";
import { LOG_LEVELS } from "../../shared/log-names.ts";

const nullable = <S extends v.GenericSchema>(schema: S) => v.nullable(schema);
const timestamp = v.pipe(v.string(), v.isoTimestamp());

const usage = v.object({
  modelCalls: v.number(),
  unreportedCalls: v.number(),
  inputTokens: v.number(),
  cachedInputTokens: v.number(),
  outputTokens: v.number(),
});

const common = {
  id: v.string(),
  sessionId: nullable(v.string()),
  agent: nullable(v.string()),
  model: nullable(v.looseObject({ provider: v.string(), model: v.string() })),
  phase: v.string(),
  startedAt: v.string(),
  durationMs: v.number(),
  stop: nullable(v.looseObject({ code: v.string(), reason: v.string() })),
  usage,
  lastUpdate: nullable(v.looseObject({ sink: v.string(), at: v.string(), bytes: v.number() })),
  sandboxKind: nullable(v.string()),
  sandboxId: nullable(v.string()),
  threadId: v.string(),
  workflowId: v.string(),
};

/** An execution as the admin server shows it. What a newer one adds is kept for `--json`. */
export const execution = v.variant("state", [
  v.looseObject({
    ...common,
    state: v.literal("active"),
    stage: v.string(),
    stageMs: v.number(),
    tools: v.array(v.looseObject({ name: v.string(), durationMs: v.number() })),
  }),
  v.looseObject({
    ...common,
    state: v.literal("ended"),
    outcome: v.string(),
    reason: nullable(v.string()),
    endedAt: v.string(),
  }),
]);
export type Execution = v.InferOutput<typeof execution>;

/** `GET /executions`. */
export const executionPage = v.object({
  executions: v.array(execution),
  nextCursor: nullable(v.string()),
  inFlight: v.number(),
  finished: v.number(),
});

/** `POST /shutdown`. */
export const shutdownStarted = v.object({
  state: v.string(),
  inFlight: v.number(),
  deadline: nullable(timestamp),
  executions: v.array(execution),
});

/** `POST /shutdown?wait=true`. */
export const shutdownEnded = v.object({ ended: v.array(execution), unfinished: v.array(execution) });

/** `GET /log-level` and `PUT /log-level`. */
export const logLevelState = v.looseObject({
  level: v.picklist(LOG_LEVELS),
  configured: v.picklist(LOG_LEVELS),
  until: v.optional(timestamp),
});

/** Any request that is refused. */
export const refusal = v.object({ error: v.object({ code: v.string(), message: v.string() }) });

/** `GET /livez` and `GET /readyz` with status 200. */
export const probeOk = v.looseObject({ status: v.literal("ok") });

/** `GET /livez` and `GET /readyz` with status 503. */
export const probeFailed = v.looseObject({ reasons: v.array(v.string()) });

/** `GET /healthz`. */
export const health = v.looseObject({
  status: v.picklist(["ok", "degraded", "not ready"]),
  state: v.string(),
  mode: v.string(),
  version: v.string(),
  uptimeSeconds: v.pipe(v.number(), v.finite(), v.minValue(0)),
  inFlight: v.number(),
  deadline: nullable(timestamp),
  checks: v.array(
    v.looseObject({
      name: v.string(),
      status: v.string(),
      reason: v.optional(v.string()),
      remedies: v.optional(v.array(v.string()), []),
    }),
  ),
});
export type Health = v.InferOutput<typeof health>;
