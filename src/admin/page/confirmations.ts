import type { Context } from "hono";
import { html } from "hono/html";
import { plural } from "../../shared/text.ts";
import type { AdminDeps } from "../admin-deps.ts";
import { respondPage } from "./document.ts";
import { readForm } from "./form.ts";
import { pageOf, shownName } from "./markup.ts";
import type { PageDeps } from "./page-deps.ts";

/** `GET /drain`: asks whether the runner is to be drained. */
export function askDrain({ inFlight, lifecycle }: AdminDeps) {
  return (c: Context): Promise<Response> => {
    if (lifecycle.state !== "running" && lifecycle.state !== "starting") return Promise.resolve(c.redirect("/", 303));
    const running = inFlight();
    const main = html`<section class="narrow warn" aria-labelledby="drain-title">
<h2 id="drain-title">Drain this runner?</h2>
<p>It takes no new executions, finishes ${running === 0 ? "at once" : `the ${plural(running, "execution")} that it has`}, and exits. This cannot be undone: to take executions again it has to be started again.</p>
<form method="post" action="/drain"><div class="row"><button type="submit" class="danger">Drain</button><a class="button" href="/">Keep it running</a></div></form>
</section>`;
    return respondPage(c, main, { title: "Drain this runner? · agent-runner" });
  };
}

/** `POST /drain`. */
export function drain({ lifecycle }: AdminDeps) {
  return (c: Context): Response => {
    lifecycle.requestDrain();
    return c.redirect("/", 303);
  };
}

/** `GET /cancel?execution=ID`: asks whether the execution is to be cancelled. */
export function askCancel({ executions }: PageDeps) {
  return (c: Context): Promise<Response> => {
    const id = c.req.query("execution") ?? "";
    const record = executions.get(id);
    if (record?.state !== "active") return showNothingToCancel(c, id);
    const main = html`<section class="narrow warn" aria-labelledby="cancel-title">
<h2 id="cancel-title">Cancel this execution?</h2>
<p>${shownName(id)}${record.agentName === undefined ? "" : ` of ${shownName(record.agentName)}`} is ended as cancelled, and its user is told. What it did until now is kept.</p>
<form method="post" action="/cancel"><input type="hidden" name="execution" value="${id}"><div class="row"><button type="submit" class="danger">Cancel the execution</button><a class="button" href="${pageOf(id)}">Let it run</a></div></form>
</section>`;
    return respondPage(c, main, { title: "Cancel this execution? · agent-runner" });
  };
}

/** `POST /cancel`. */
export function cancel({ executions }: PageDeps) {
  return async (c: Context): Promise<Response> => {
    const id = (await readForm(c))?.get("execution") ?? "";
    return executions.cancel(id) ? c.redirect(pageOf(id), 303) : showNothingToCancel(c, id);
  };
}

function showNothingToCancel(c: Context, id: string): Promise<Response> {
  const main = html`<section class="narrow" aria-labelledby="cancel-title"><h2 id="cancel-title">Nothing to cancel</h2>
<p>${id === "" ? "No execution was named." : html`${shownName(id)} does not run here, or ends already.`}</p><p><a class="button" href="/">Back</a></p></section>`;
  return respondPage(c, main, { title: "Nothing to cancel · agent-runner", status: 404 });
}
