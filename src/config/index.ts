export type {
  CloudConfig,
  Config,
  CredentialsConfig,
  DaytonaConfig,
  LocalConfig,
  ModelConfig,
  OrphanCollection,
  PemSource,
  RedisConfig,
  StigmerConfig,
  TemporalConfig,
  TemporalTlsConfig,
} from "./config.ts";
export type { ConfigProblem } from "./config-error.ts";
export { ConfigError, describeProblem } from "./config-error.ts";
export type { AdminAddress } from "./load-admin-address.ts";
export { loadAdminAddress } from "./load-admin-address.ts";
export type { ClientConfig } from "./load-client.ts";
export { loadClientConfig } from "./load-client.ts";
export type { Loaded, LoadOptions } from "./load-config.ts";
export { describeSettings, loadConfig } from "./load-config.ts";
export { loadLogFormat } from "./load-log-format.ts";
export { loadTemporalConfig } from "./load-temporal.ts";
export type { MemorySize } from "./parsers/memory-size.ts";
export type { RedactedSetting } from "./redact.ts";
export { redacted } from "./redact.ts";
export type { Provider } from "./settings/index.ts";
export { PROVIDERS } from "./settings/index.ts";
export type { EnvMap } from "./sources.ts";
export { DEFAULT_ENV_FILE } from "./sources.ts";
export type { SettingView } from "./views.ts";
