import type { TemporalConfig } from "../../config/index.ts";
import { explain } from "../explain.ts";
import { checkState } from "../namespace-state.ts";
import { withConnection } from "./with-connection.ts";

const LIMIT_MS = 5_000;

export interface TemporalServer {
  /** Empty if it does not tell. */
  readonly serverVersion: string;
}

/**
 * Makes sure that Temporal is reachable, accepts the credentials and has the namespace.
 * @param limitMs for connecting and asking; the diagnosis of a failure takes up to 2 s more
 * @throws TemporalError
 */
export async function checkNamespace(config: TemporalConfig, limitMs = LIMIT_MS): Promise<TemporalServer> {
  const { namespace } = config;
  const deadline = Date.now() + limitMs;
  const ask = async () =>
    await withConnection(
      config,
      async (connection) =>
        await connection.withDeadline(deadline, async () => {
          const service = connection.workflowService;
          const [{ namespaceInfo }, info] = await Promise.all([
            service.describeNamespace({ namespace }),
            service.getSystemInfo({}).catch(() => undefined),
          ]);
          return { state: namespaceInfo?.state, serverVersion: info?.serverVersion ?? "" };
        }),
      { limitMs },
    );
  const { state, serverVersion } = await ask().catch(async (error: unknown) => {
    throw await explain(error, config);
  });
  checkState(state, config);
  return { serverVersion };
}
