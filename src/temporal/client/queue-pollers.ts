import type { TemporalConfig } from "../../config/index.ts";
import { explain } from "../explain.ts";
import { describeTaskQueue, type Poller } from "../task-queue.ts";
import { withConnection } from "./with-connection.ts";

/**
 * Who polls the task queue of activities.
 * @param limitMs for connecting, and again for asking; the diagnosis of a failure takes up to 2 s more
 * @throws TemporalError
 */
export async function queuePollers(config: TemporalConfig, limitMs: number): Promise<readonly Poller[]> {
  try {
    const { pollers } = await withConnection(
      config,
      async (connection) => await describeTaskQueue(connection, config, limitMs),
      { limitMs },
    );
    return pollers;
  } catch (error) {
    throw await explain(error, config);
  }
}
