import type { StigmerConfig, TemporalConfig } from "../../config/index.ts";
import { type Check, checkOf, passed, refusedBy } from "../../shared/check.ts";
import { StigmerClient } from "../../stigmer/index.ts";
import { checkNamespace } from "../../temporal/client/index.ts";

/** Leaves time to diagnose why there is no connection. */
const CONNECT_LIMIT_MS = 2_500;

/** A Temporal server that is reachable, accepts the credentials and has the namespace. */
export function temporalCheck(config: TemporalConfig | undefined): Check {
  const about = { id: "temporal", area: "Temporal", title: "Temporal" };
  return checkOf(about, config, async (temporal) => {
    const { address, namespace, tls } = temporal;
    const { serverVersion } = await checkNamespace(temporal, CONNECT_LIMIT_MS);
    const parts = [`${address}, namespace ${namespace}`, security(tls !== undefined), versionText(serverVersion)];
    return passed(parts.filter((part) => part !== "").join(", "));
  });
}

/**
 * A Stigmer backend that is reachable and accepts the key.
 * @param readKey reads the API key; may throw a RunnerError
 */
export function stigmerCheck(config: StigmerConfig | undefined, readKey: (() => Promise<string>) | undefined): Check {
  const about = { id: "stigmer", area: "Stigmer", title: "Stigmer" };
  const parts = config === undefined || readKey === undefined ? undefined : { config, readKey };
  return checkOf(about, parts, async ({ config, readKey }) => {
    const key = await readKey();
    const client = new StigmerClient({ ...config, apiKey: () => key });
    try {
      const error = await client.probe(CONNECT_LIMIT_MS);
      return error === undefined ? passed(`${config.endpoint}, ${security(config.tls)}`) : refusedBy(error);
    } finally {
      client.close();
    }
  });
}

function security(hasTls: boolean): string {
  return hasTls ? "TLS" : "no TLS";
}

function versionText(version: string): string {
  return version === "" ? "" : `version ${version}`;
}
