import { ConfigError } from "./config-error.ts";
import { type Inspection, inspectConfig, type PartialConfig } from "./inspect-config.ts";
import type { LoadOptions } from "./load-settings.ts";
import type { Config } from "./settings/index.ts";

/** A valid configuration, and what people should know about it. */
export interface Loaded extends Pick<Inspection, "views" | "secrets" | "typos" | "warnings"> {
  readonly config: Config;
}

/**
 * Reads, checks and freezes the whole configuration.
 * @throws ConfigError with every problem there is
 */
export function loadConfig(options: LoadOptions): Loaded {
  const { config, problems, hints, warnings, ...rest } = inspectConfig(options);
  if (problems.length > 0) throw new ConfigError(problems, [...warnings, ...hints], rest.views);
  return { config: complete(config), warnings, ...rest };
}

/** A configuration without problems has all its parts. */
function complete(config: PartialConfig): Config {
  return config as Config;
}
