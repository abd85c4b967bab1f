import { type AdminClient, AdminRequestError } from "./admin-client.ts";
import { type Execution, executionPage } from "./answers.ts";

/** Executions that a command shows at most. */
const MAX_SHOWN = 1_000;
const PAGE = 500;
/** More than these need, if executions begin and end meanwhile. */
const MAX_PAGES = 10;

export interface Executions {
  /** Oldest first. */
  readonly active: readonly Execution[];
  /** The last ended first. */
  readonly ended: readonly Execution[];
  readonly inFlight: number;
  readonly finished: number;
}

/** All executions of a runner, at most {@link MAX_SHOWN}. @throws AdminRequestError */
export async function fetchExecutions(client: AdminClient, signal?: AbortSignal): Promise<Executions> {
  const all: Execution[] = [];
  let page = await client.ask(`/executions?limit=${PAGE}`, executionPage, { signal });
  all.push(...page.executions);
  for (let asked = 1; page.nextCursor !== null && all.length < MAX_SHOWN; asked++) {
    if (asked >= MAX_PAGES)
      throw new AdminRequestError(`${client.shownUrl} sends page after page without an end: is it an agent-runner?`);
    const path = `/executions?limit=${PAGE}&cursor=${encodeURIComponent(page.nextCursor)}`;
    page = await client.ask(path, executionPage, { signal });
    all.push(...page.executions);
  }
  return {
    active: all.filter(({ state }) => state === "active").reverse(),
    ended: all
      .filter((execution) => execution.state === "ended")
      .sort((one, other) => other.endedAt.localeCompare(one.endedAt)),
    inFlight: page.inFlight,
    finished: page.finished,
  };
}
