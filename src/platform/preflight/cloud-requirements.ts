import type { CloudConfig } from "../../config/index.ts";
import { type CredentialsOptions, type OpenCredentials, openCredentials } from "../../credentials/verified/index.ts";
import type { Logger } from "../../log/index.ts";
import { RedisConnection } from "../../redis/index.ts";
import { type DaytonaApi, DaytonaFailure } from "../../sandbox/daytona/index.ts";
import { degradedBy, type HealthProblem } from "../../shared/health.ts";
import { nothingOpen, type Requirement } from "./requirement.ts";

/** Longer than the limits of the checks themselves, whose errors say more. */
const LIMIT_MS = 12_000;

/** A single Redis that accepts writes, with a user that has all rights that are needed. */
export function redis(config: CloudConfig, log: Logger): Requirement<RedisConnection> {
  return {
    name: "Redis",
    limitMs: LIMIT_MS,
    open: async () => {
      const value = await RedisConnection.open(config.redis, log);
      return { value, close: () => value.close() };
    },
  };
}

/** An API key that its issuer signed. */
export function credentials(
  config: CloudConfig,
  options: Pick<CredentialsOptions, "log" | "mask">,
): Requirement<OpenCredentials> {
  return {
    name: "API key",
    limitMs: LIMIT_MS,
    open: async () => {
      const value = await openCredentials(config, options);
      return { value, close: () => value.close() };
    },
  };
}

/**
 * A Daytona that accepts the key. Without a valid key there are no sandboxes; any other failure may be temporary, and is
 * returned as the value.
 */
export function daytona(api: DaytonaApi): Requirement<HealthProblem | undefined> {
  return {
    name: "Daytona",
    limitMs: LIMIT_MS,
    open: async () => {
      try {
        await api.ping();
        return nothingOpen(undefined);
      } catch (error) {
        if (error instanceof DaytonaFailure && error.reason === "unauthorized") throw error;
        return nothingOpen(degradedBy(error));
      }
    },
  };
}
