import { type AgentExecution, AgentExecutionQueryController, type StigmerClient } from "../stigmer/index.ts";

/** Maximum page size. */
const PAGE_SIZE = 50;

export interface ListOptions {
  /** Only those of this session. */
  readonly sessionId?: string | undefined;
  /** Maximum number of executions. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** The newest executions of a daemon, newest first. @throws StigmerError; the signal's reason */
export async function listExecutions(
  client: StigmerClient,
  { sessionId, limit, signal }: ListOptions,
): Promise<AgentExecution[]> {
  const { list, listBySession } = AgentExecutionQueryController.method;
  const found: AgentExecution[] = [];
  // The page token is the page number.
  for (let page = 1; found.length < limit; page++) {
    const request = { pageSize: Math.min(limit, PAGE_SIZE), pageToken: String(page) };
    const { entries, totalPages } =
      sessionId === undefined
        ? await client.call(list, request, { signal })
        : await client.call(listBySession, { ...request, sessionId }, { signal });
    found.push(...entries);
    if (entries.length === 0 || page >= totalPages) break;
  }
  return found.slice(0, limit);
}
