import type { StigmerConfig } from "./config.ts";
import { type LoadOptions, loadConfig } from "./load.ts";

/** What a client of a Stigmer daemon needs to know. */
export interface ClientConfig extends StigmerConfig {
  readonly apiKey: string;
}

/**
 * The part of the configuration that a client needs: it asks for nothing that only a runner has to have.
 * @throws ConfigError
 */
export function loadClientConfig(options: LoadOptions): ClientConfig {
  const { config } = loadConfig({ ...options, overrides: { ...options.overrides, MODE: "local" } });
  return { ...config.stigmer, apiKey: config.mode === "local" ? config.apiKey : "" };
}
