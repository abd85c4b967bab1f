import type { StigmerConfig, TemporalConfig } from "../../config/index.ts";
import { StigmerClient } from "../../stigmer/index.ts";
import { checkNamespace } from "../../temporal/client/index.ts";
import { nothingOpen } from "./requirement.ts";
import type { CheckedRequirement } from "./run-preflight.ts";

const PROBE_TIMEOUT_MS = 5_000;
/** Includes the time to diagnose why there is no connection. */
const LIMIT_MS = 15_000;

/** A Temporal server that is reachable, accepts the credentials and has the namespace. */
export function temporal(config: TemporalConfig): CheckedRequirement {
  return {
    name: "Temporal",
    limitMs: LIMIT_MS,
    open: async () => {
      await checkNamespace(config);
      return nothingOpen(undefined);
    },
  };
}

/**
 * A Stigmer backend that is reachable and accepts the key.
 * @param readKey reads the API key; may throw a RunnerError
 */
export function stigmer(config: StigmerConfig, readKey: () => Promise<string>): CheckedRequirement {
  return {
    name: "Stigmer",
    limitMs: LIMIT_MS,
    open: async () => {
      const key = await readKey();
      const client = new StigmerClient({ ...config, apiKey: () => key });
      try {
        const error = await client.probe(PROBE_TIMEOUT_MS);
        if (error !== undefined) throw error;
        return nothingOpen(undefined);
      } finally {
        client.close();
      }
    },
  };
}
