import type { TemporalConfig } from "../../config/index.ts";
import { explain } from "../explain.ts";
import { checkState } from "../namespace-state.ts";
import { withConnection } from "./with-connection.ts";

const CALL_TIMEOUT_MS = 5_000;

/**
 * Makes sure that Temporal is reachable, accepts the credentials and has the namespace.
 * @throws TemporalError
 */
export async function checkNamespace(config: TemporalConfig): Promise<void> {
  const { namespace } = config;
  let state: number | null | undefined;
  try {
    state = await withConnection(config, async (connection) => {
      const { namespaceInfo } = await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return namespaceInfo?.state;
    });
  } catch (error) {
    throw await explain(error, config);
  }
  checkState(state, config);
}
