import type { TemporalConfig } from "./config.ts";
import { type LoadOptions, loadConfig } from "./load-config.ts";

/**
 * Where Temporal is, for a command that runs no agents: it asks for nothing that only a runner has to have.
 * @throws ConfigError
 */
export function loadTemporalConfig(options: LoadOptions): TemporalConfig {
  const overrides = { ...options.overrides, MODE: "local", ADMIN_HOST: "127.0.0.1" };
  return loadConfig({ ...options, overrides }).config.temporal;
}
