import type { CloudConfig } from "../../config/index.ts";
import { readKey } from "../../credentials/verified/index.ts";
import { silentLogger } from "../../log/index.ts";
import { DaytonaApi } from "../../sandbox/daytona/index.ts";
import type { SecretMask } from "../../shared/secret-mask.ts";
import { credentials, daytona, redis } from "./cloud-requirements.ts";
import type { Requirement } from "./requirement.ts";
import type { CheckedRequirement } from "./run-preflight.ts";
import { stigmer, temporal } from "./server-requirements.ts";

/** What a runner in cloud mode needs. */
export function cloudRequirements(config: CloudConfig, mask: SecretMask): readonly CheckedRequirement[] {
  const log = silentLogger;
  return [
    without(redis(config, log)),
    verified(credentials(config, { log, mask })),
    pinged(config),
    temporal(config.temporal),
    stigmer(config.stigmer, async () => {
      const key = await readKey(config.credentials);
      mask.add([key]);
      return key;
    }),
  ];
}

/** One that either can be used or not. */
function without({ open, ...rest }: Requirement): CheckedRequirement {
  return {
    ...rest,
    open: async () => {
      const { close } = await open();
      return { value: undefined, close };
    },
  };
}

/** Also a key that is only used until its issuer answers, or that expires soon, is a problem. */
function verified({ open, ...rest }: ReturnType<typeof credentials>): CheckedRequirement {
  return {
    ...rest,
    open: async () => {
      const { value, close } = await open();
      return { value: await value.check.check(), close };
    },
  };
}

function pinged(config: CloudConfig): CheckedRequirement {
  const api = new DaytonaApi(config.daytona, silentLogger);
  const { open, ...rest } = daytona(api);
  return {
    ...rest,
    open: async () => {
      try {
        return await open();
      } finally {
        await api.close();
      }
    },
  };
}
