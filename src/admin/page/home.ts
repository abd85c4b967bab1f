import type { Context } from "hono";
import { html } from "hono/html";
import type { AdminDeps } from "../admin-deps.ts";
import type { CallBindings } from "../call-log.ts";
import { respondPage } from "./document.ts";
import type { PageDeps } from "./page-deps.ts";
import { MAX_STREAMS } from "./page-streams.ts";
import { regionsOf, ShownRegions } from "./regions.ts";

/** How often checks are compared although no execution has changed. */
const CHECKS_INTERVAL_MS = 1_000;

/** `GET /`, with `?execution=ID` that one in detail. */
export function home(deps: AdminDeps, page: PageDeps) {
  return (c: Context): Promise<Response> => {
    const regions = regionsOf(deps, page, c.req.query("execution"), new Date());
    const header = html`<div class="actions"><span id="live" hidden>Connecting</span>${deps.token === undefined ? "" : html`<form method="post" action="/logout"><button type="submit">Log out</button></form>`}</div>`;
    const footer = html`<p>Times are in UTC. For programs: <a href="/healthz">/healthz</a>${deps.token === undefined ? html`, <a href="/config">/config</a>` : ""}.</p>`;
    const main = html`${regions.map(({ markup }) => markup)}`;
    return respondPage(c, main, { title: "agent-runner", header, footer, isLive: true });
  };
}

/** `GET /events`: server-sent events with the regions of the page that have changed, at first all. */
export function events(deps: AdminDeps, page: PageDeps) {
  return (c: Context): Response => {
    if (!page.streams.isFree) {
      const message = `${MAX_STREAMS} pages are kept up to date at a time: close another one, or reload this one now and then.\n`;
      return c.text(message, 503, { "Retry-After": "10" });
    }
    const executionId = c.req.query("execution");
    const shown = new ShownRegions();
    let [version, at] = [-1, 0];
    const changes = async (): Promise<string | undefined> => {
      const now = Date.now();
      if (page.history.version === version && now - at < CHECKS_INTERVAL_MS) return undefined;
      [version, at] = [page.history.version, now];
      const changed = await shown.changed(regionsOf(deps, page, executionId));
      return changed === undefined ? undefined : JSON.stringify(changed);
    };
    // The server ends connections on which nothing happens; these are ended by PageStreams.
    (c.env as CallBindings | undefined)?.keepOpen?.();
    return c.body(page.streams.open(changes, c.req.raw.signal), 200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no",
    });
  };
}
