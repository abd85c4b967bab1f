import * as v from "valibot";
import type { LogFormat } from "../shared/log-names.ts";
import type { LoadOptions } from "./load-config.ts";
import { runner } from "./settings/runner.ts";
import { type EnvMap, readSources } from "./sources.ts";

/**
 * How to log before the configuration is read, and where it cannot be: as the configuration would have it. What is
 * wrong with it is said when the rest is read.
 */
export function loadLogFormat({ env, envFile, defaults }: LoadOptions): LogFormat {
  const result = v.safeParse(runner.LOG_FORMAT, found(env, envFile) ?? defaults?.["LOG_FORMAT"]);
  return result.success ? result.output : "text";
}

function found(env: EnvMap, file: string | undefined): string | undefined {
  try {
    return readSources(env, file).find(["LOG_FORMAT"])?.value;
  } catch {
    // The file cannot be read: what the environment says counts all the same.
    return env["LOG_FORMAT"] || undefined;
  }
}
