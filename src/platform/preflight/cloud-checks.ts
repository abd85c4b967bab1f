import type { CloudConfig, PartialConfig } from "../../config/index.ts";
import { issuerKeysUrl, openCredentials, readKey } from "../../credentials/verified/index.ts";
import { silentLogger } from "../../log/index.ts";
import { ReplicaGroup } from "../../redis/index.ts";
import { DaytonaApi } from "../../sandbox/daytona/index.ts";
import { type Check, checkOf, resultOf } from "../../shared/check.ts";
import { clockResult } from "../../shared/clock-skew.ts";
import { GROUP_KEY } from "../bound-value.ts";
import type { PlatformCheckOptions } from "./check-options.ts";
import { daytona } from "./cloud-requirements.ts";
import { directoryCheck } from "./directory-checks.ts";
import { dataSetting } from "./local-requirements.ts";
import { queueCheck } from "./queue-check.ts";
import { open, redisChecks } from "./redis-checks.ts";
import { stigmerCheck, temporalCheck } from "./server-checks.ts";

type PartialCloudConfig = Extract<PartialConfig, { readonly mode: "cloud" }>;

/** Shorter than at the start, so that what is wrong is known within the limit of a check. */
const ISSUER_LIMITS = { fetchMs: 2_500, verifyMs: 4_000 };

/** What a runner in cloud mode needs. */
export function cloudChecks(config: PartialCloudConfig, { mask }: PlatformCheckOptions): readonly Check[] {
  const { credentials, redis } = config;
  return [
    temporalCheck(config.temporal),
    queueCheck(config.temporal, redis && (() => findGroup(redis))),
    credentialsCheck(credentials, mask),
    clockCheck(credentials, config.daytona),
    stigmerCheck(
      config.stigmer,
      credentials &&
        (async () => {
          const key = await readKey(credentials);
          mask.add([key]);
          return key;
        }),
    ),
    ...redisChecks(redis),
    daytonaCheck(config.daytona),
    directoryCheck(
      "data directory",
      config.dataDir === undefined ? undefined : dataSetting({ dataDir: config.dataDir }),
    ),
  ];
}

/** An API key that its issuer signed. */
function credentialsCheck(part: CloudConfig["credentials"] | undefined, mask: PlatformCheckOptions["mask"]): Check {
  const about = { id: "credentials.key", area: "credentials", title: "API key" };
  return checkOf(about, part, async (credentials) => {
    const key = await openCredentials({ credentials }, { log: silentLogger, mask, limits: ISSUER_LIMITS });
    try {
      return resultOf(await key.check.check(), key.description);
    } finally {
      key.close();
    }
  });
}

/** Whether this machine's clock agrees with that of the issuer, or else of Daytona. */
function clockCheck(
  credentials: CloudConfig["credentials"] | undefined,
  sandboxes: CloudConfig["daytona"] | undefined,
): Check {
  return {
    id: "credentials.clock",
    area: "credentials",
    title: "clock",
    run: async (signal) => {
      const issuer = credentials && (await issuerKeysUrl(credentials).catch(() => undefined));
      return await clockResult(
        [issuer, sandboxes?.apiUrl].filter((url) => url !== undefined),
        signal,
      );
    },
  };
}

/** The group that a runner with this Redis would join. @throws RedisError */
async function findGroup(config: CloudConfig["redis"]): Promise<string | undefined> {
  using opened = await open(config);
  return await ReplicaGroup.find(opened.connection, GROUP_KEY);
}

/** A Daytona that accepts the key. */
function daytonaCheck(part: CloudConfig["daytona"] | undefined): Check {
  return checkOf({ id: "daytona", area: "sandboxes", title: "Daytona" }, part, async (config) => {
    const api = new DaytonaApi(config, silentLogger);
    try {
      const { value } = await daytona(api).open();
      return resultOf(value, config.apiUrl);
    } finally {
      await api.close();
    }
  });
}
