import type { TemporalConfig } from "../config/index.ts";
import type { Platform } from "../platform/index.ts";
import { failed, type HealthCheck } from "../shared/health.ts";
import { humanDuration } from "../shared/time.ts";
import { type ActivityWorker, type NativeConnection, probeTemporal } from "../temporal/index.ts";

const PROBE_TIMEOUT_MS = 3_000;
/** Temporal answers each poll within a minute, with a task or without. */
const UNANSWERED_LIMIT_MS = 75_000;

export interface HealthCheckDeps {
  readonly connection: NativeConnection;
  readonly worker: ActivityWorker;
  readonly temporal: TemporalConfig;
  readonly platform: Platform;
  readonly replicas: HealthCheck;
  readonly model: HealthCheck;
}

/** What an execution needs, each by the question that tells. */
export function healthChecks({
  connection,
  worker,
  temporal,
  platform,
  replicas,
  model,
}: HealthCheckDeps): HealthCheck[] {
  return [
    {
      name: "Temporal",
      check: async () =>
        failed((await probeTemporal(connection, temporal, PROBE_TIMEOUT_MS)) ?? stuck(worker.slots.unansweredMs)),
    },
    { name: "Stigmer", check: async () => failed(await platform.stigmer.probe(PROBE_TIMEOUT_MS)) },
    replicas,
    ...platform.checks,
    model,
  ];
}

function stuck(unansweredMs: number): string | undefined {
  if (unansweredMs < UNANSWERED_LIMIT_MS) return undefined;
  return `Temporal has answered no poll for ${humanDuration(unansweredMs)}, and answers each within a minute else`;
}
