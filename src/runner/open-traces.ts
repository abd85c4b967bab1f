import { type Config, withoutUrlSecrets } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import type { RunnerTraces } from "../telemetry/traces/index.ts";
import { version } from "../version.ts";

/** @returns `undefined` if no traces are sent: then nothing of them is loaded */
export async function openRunnerTraces({ traces: config }: Config, log: Logger): Promise<RunnerTraces | undefined> {
  if (!config.isOn) return undefined;
  const { openTraces } = await import("../telemetry/traces/index.ts");
  const place = withoutUrlSecrets(config.url);
  const traces = await openTraces({ config, version, place, log: log.child("traces") });
  log.info(`Traces of executions are sent to ${place}${config.hasContent ? ", with what models and tools say" : ""}`);
  return traces;
}
