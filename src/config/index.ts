/**
 * @module The settings: reads them from the environment and the env file, checks them and makes the typed, frozen
 * configuration. Commands load it once and pass its parts on; `agent-runner config`, the admin server and the docs show
 * it. It never shows the value of a secret, and nothing else in the program reads a setting from the environment.
 */

// Loading all of it, or some settings alone.

export { ConfigError, describeProblem } from "./config-error.ts";
export { type Inspection, inspectConfig, type PartialConfig } from "./inspect-config.ts";
export { type Loaded, loadConfig } from "./load-config.ts";
export { type LoadOptions, loadSettings, readSettings } from "./load-settings.ts";
export { parseEnvFile } from "./parse-env-file.ts";
export { localSettings } from "./settings/index.ts";
export type { EnvMap } from "./sources.ts";

// The typed configuration and its parts.

export type { MemorySize } from "./parsers/memory-size.ts";
export type { BudgetConfig } from "./settings/budget.ts";
export type { CredentialsConfig } from "./settings/credentials.ts";
export type { DaytonaConfig, OrphanCollection } from "./settings/daytona.ts";
export type { CloudConfig, Config, LocalConfig } from "./settings/index.ts";
export type { ModelConfig } from "./settings/model.ts";
export { type Provider, parseModelName } from "./settings/model-provider.ts";
export type { RedisConfig } from "./settings/redis.ts";
export type { StigmerConfig } from "./settings/stigmer.ts";
export type { TemporalConfig } from "./settings/temporal.ts";
export type { PemSource, TemporalTlsConfig } from "./settings/temporal-tls.ts";
export type { TracesConfig } from "./settings/traces.ts";

// Showing it.

export { listSettings } from "./list-settings.ts";
export { type RedactedSetting, redacted } from "./redact.ts";
export type { Setting } from "./setting.ts";
export { withoutUrlSecrets } from "./url-secrets.ts";
