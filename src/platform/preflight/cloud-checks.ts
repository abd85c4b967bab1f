import type { CloudConfig, PartialConfig } from "../../config/index.ts";
import { openCredentials, readKey } from "../../credentials/verified/index.ts";
import { silentLogger } from "../../log/index.ts";
import { RedisConnection } from "../../redis/index.ts";
import { DaytonaApi } from "../../sandbox/daytona/index.ts";
import { type Check, checkOf, passed, resultOf } from "../../shared/check.ts";
import type { PlatformCheckOptions } from "./check-options.ts";
import { daytona } from "./cloud-requirements.ts";
import { directoryCheck } from "./directory-checks.ts";
import { dataSetting } from "./local-requirements.ts";
import { stigmerCheck, temporalCheck } from "./server-checks.ts";

type PartialCloudConfig = Extract<PartialConfig, { readonly mode: "cloud" }>;

/** Shorter than at the start, so that what is wrong is known within the limit of a check. */
const REDIS_LIMITS = { connectMs: 2_500, loadingMs: 1_000 };
const ISSUER_LIMITS = { fetchMs: 2_500, verifyMs: 4_000 };

/** What a runner in cloud mode needs. */
export function cloudChecks(config: PartialCloudConfig, { mask }: PlatformCheckOptions): readonly Check[] {
  const { credentials } = config;
  return [
    temporalCheck(config.temporal),
    credentialsCheck(credentials, mask),
    stigmerCheck(
      config.stigmer,
      credentials &&
        (async () => {
          const key = await readKey(credentials);
          mask.add([key]);
          return key;
        }),
    ),
    redisCheck(config.redis),
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

/** A single Redis that accepts writes, with a user that has all rights that are needed. */
function redisCheck(part: CloudConfig["redis"] | undefined): Check {
  return checkOf({ id: "redis", area: "Redis", title: "Redis" }, part, async (config) => {
    const connection = await RedisConnection.open(config, silentLogger, REDIS_LIMITS);
    connection.close();
    return passed(`${connection.address}, database ${config.db}; its user has all rights that are needed`);
  });
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
