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
    withoutValue(redis(config, log)),
    withState(credentials(config, { log, mask })),
    daytonaOnce(config),
    temporal(config.temporal),
    stigmer(config.stigmer, async () => {
      const key = await readKey(config.credentials);
      mask.add([key]);
      return key;
    }),
  ];
}

/** Only the error of opening counts. */
function withoutValue({ open, ...rest }: Requirement): CheckedRequirement {
  return {
    ...rest,
    open: async () => {
      const { close } = await open();
      return { value: undefined, close };
    },
  };
}

/** Reports also a key that is not verified yet, or that expires soon. */
function withState({ open, ...rest }: ReturnType<typeof credentials>): CheckedRequirement {
  return {
    ...rest,
    open: async () => {
      const { value, close } = await open();
      return { value: await value.check.check(), close };
    },
  };
}

/** With a client that is closed after the check. */
function daytonaOnce(config: CloudConfig): CheckedRequirement {
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
