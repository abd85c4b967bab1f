import type { Platform } from "../platform/index.ts";
import { failedBy, type HealthCheck } from "../shared/health.ts";
import { type TemporalCheckDeps, temporalCheck } from "./temporal-check.ts";

const PROBE_TIMEOUT_MS = 3_000;

export interface HealthCheckDeps extends TemporalCheckDeps {
  readonly platform: Platform;
  readonly replicas: HealthCheck;
  readonly model: HealthCheck;
}

/** A check for each thing that executions need. */
export function healthChecks({ platform, replicas, model, ...temporal }: HealthCheckDeps): HealthCheck[] {
  return [
    temporalCheck(temporal),
    {
      name: "Stigmer",
      check: async () => {
        const error = await platform.stigmer.probe(PROBE_TIMEOUT_MS);
        return error === undefined ? undefined : failedBy(error);
      },
    },
    replicas,
    ...platform.checks,
    model,
  ];
}
