import type { ExecutionRegistry } from "../../executions/index.ts";
import type { LiveStatuses } from "../../status/index.ts";
import type { History } from "./history.ts";
import type { PageStreams } from "./page-streams.ts";

/** What the status page shows of executions. */
export interface PageDeps {
  readonly executions: Pick<ExecutionRegistry, "list" | "listEnded" | "get" | "cancel">;
  readonly live: Pick<LiveStatuses, "get">;
  readonly history: History;
  /** The pages that are kept up to date. */
  readonly streams: PageStreams;
}
