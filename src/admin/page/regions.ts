import { html } from "hono/html";
import type { AdminDeps } from "../admin-deps.ts";
import { executionDetail } from "./execution-detail.ts";
import { activeList, endedList } from "./execution-lists.ts";
import { type Markup, textOf } from "./markup.ts";
import { checksList, overview } from "./overview.ts";
import type { PageDeps } from "./page-deps.ts";
import { pictures } from "./pictures.ts";

/** The parts of the page that change, in order: each is one element with this id. */
export interface Region {
  readonly id: string;
  readonly markup: Markup;
}

/**
 * @param executionId the one that is shown in detail
 * @param now absent: ages are left to the script, so that a region changes only when something happens
 */
export function regionsOf(deps: AdminDeps, page: PageDeps, executionId: string | undefined, now?: Date): Region[] {
  const detail = executionId === undefined ? [] : [{ id: "detail", markup: executionDetail(page, executionId, now) }];
  return [
    { id: "state", markup: overview(deps, now) },
    ...detail,
    { id: "running", markup: activeList(page.executions.list(), now) },
    { id: "checks", markup: checksList(deps.checks()) },
    { id: "hour", markup: lastHour(page) },
    { id: "ended", markup: endedList(page.executions.listEnded()) },
  ];
}

function lastHour({ history }: PageDeps): Markup {
  return html`<section id="hour" aria-labelledby="hour-title">
<h2 id="hour-title">Last hour</h2>
${pictures(history.lastHour())}
</section>`;
}

/** Remembers what a page shows, to send only what has changed. */
export class ShownRegions {
  readonly #shown = new Map<string, string>();

  /** @returns the markup of the changed regions by their ids; `undefined` if nothing has changed */
  async changed(regions: readonly Region[]): Promise<Record<string, string> | undefined> {
    const changes: [string, string][] = [];
    for (const { id, markup } of regions) {
      const text = await textOf(markup);
      if (this.#shown.get(id) === text) continue;
      this.#shown.set(id, text);
      changes.push([id, text]);
    }
    return changes.length === 0 ? undefined : Object.fromEntries(changes);
  }
}
