import { isIP } from "node:net";
import type { StigmerConfig, TemporalConfig } from "../../config/index.ts";
import { type Check, type CheckResult, checkOf, passed, refusedBy, warned } from "../../shared/check.ts";
import { splitAddress } from "../../shared/net-address.ts";
import { StigmerClient } from "../../stigmer/index.ts";
import { checkNamespace, TemporalError } from "../../temporal/client/index.ts";

/** Leaves time to diagnose why there is no connection. */
const CONNECT_LIMIT_MS = 2_500;

/** A Temporal server that is reachable, accepts the credentials and has the namespace. */
export function temporalCheck(config: TemporalConfig | undefined): Check {
  const about = { id: "temporal", area: "Temporal", title: "Temporal" };
  return checkOf(about, config, async (temporal) => {
    const { address, namespace, tls } = temporal;
    let serverVersion: string;
    try {
      ({ serverVersion } = await checkNamespace(temporal, CONNECT_LIMIT_MS));
    } catch (error) {
      return unasked(temporal, error);
    }
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

/**
 * The client that asks cannot verify certificates for an IP address, unlike that of workers. The diagnosis can: if it found
 * nothing wrong, only the namespace is unknown.
 */
function unasked({ address, tls }: TemporalConfig, error: unknown): CheckResult {
  const isByAddress = tls !== undefined && tls.serverName === undefined && isIP(splitAddress(address).host) !== 0;
  if (!isByAddress || !(error instanceof TemporalError) || error.code !== "unreachable") return refusedBy(error);
  return warned(`${address}: its certificate is right; whether it has the namespace cannot be asked by IP address`, [
    "Set TEMPORAL_TLS_SERVER_NAME to a name in its certificate, or TEMPORAL_SERVICE_ADDRESS to its host name.",
  ]);
}

function security(hasTls: boolean): string {
  return hasTls ? "TLS" : "no TLS";
}

function versionText(version: string): string {
  return version === "" ? "" : `version ${version}`;
}
