import { type Loaded, type LoadOptions, localSettings, readSettings } from "../../config/index.ts";
import { createLogger, type Logger, writeLines } from "../../log/index.ts";
import type { SecretMask } from "../../shared/secret-mask.ts";
import type { SecretMasks } from "../../shared/secret-masks.ts";

/** The log until the configuration is read, or if it cannot be read. */
export function firstLogger(options: LoadOptions, mask: SecretMask): Logger {
  // What is wrong with the setting is reported when the rest is read.
  const { format = "text" } = readSettings({ format: localSettings.log.settings.format }, options).config;
  return createLogger({ level: "info", format, mask, write: writeLines(1) });
}

/** The log as it is configured, with the configuration's secrets masked. */
export function loggerOf({ config, secrets }: Loaded, { own, all }: SecretMasks): Logger {
  own.add(secrets);
  return createLogger({ ...config.log, mask: all, write: writeLines(1) });
}

/** Logs the warnings of the configuration, such as settings without effect. */
export function logWarnings({ warnings }: Pick<Loaded, "warnings">, log: Logger): void {
  for (const warning of warnings) log.warn(warning);
}
