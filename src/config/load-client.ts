import type { StigmerConfig } from "./config.ts";
import { type LoadOptions, loadConfig } from "./load-config.ts";

/** What a client of a Stigmer daemon needs to know. */
export interface ClientConfig extends StigmerConfig {
  readonly apiKey: string;
}

/**
 * The part of the configuration that a client needs: it asks for nothing that only a runner has to have.
 * @throws ConfigError
 */
export function loadClientConfig(options: LoadOptions): ClientConfig {
  // A client has no admin server: where the runner beside it listens, and its token, are not its business.
  const overrides = { ...options.overrides, MODE: "local", ADMIN_HOST: "127.0.0.1" };
  const { config } = loadConfig({ ...options, overrides });
  return { ...config.stigmer, apiKey: config.mode === "local" ? config.apiKey : "" };
}
