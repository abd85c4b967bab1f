import type { Context } from "hono";
import { html } from "hono/html";
import { plural } from "../../shared/text.ts";
import type { AdminDeps } from "../admin-deps.ts";
import { respondPage } from "./document.ts";
import { readForm } from "./form.ts";
import { type Markup, pageOf, shownName } from "./markup.ts";
import type { PageDeps } from "./page-deps.ts";

/** `GET /drain`: asks whether the runner is to be drained, or while it drains, whether what still runs is to be cancelled. */
export function askDrain({ inFlight, lifecycle }: AdminDeps) {
  return (c: Context): Promise<Response> => {
    const running = inFlight();
    const isDraining = lifecycle.state === "draining";
    if (lifecycle.state !== "running" && lifecycle.state !== "starting" && !(isDraining && running > 0))
      return Promise.resolve(c.redirect("/", 303));
    const title = isDraining ? "Cancel what still runs?" : "Drain this runner?";
    const main = html`<section class="narrow warn" aria-labelledby="drain-title">
<h2 id="drain-title">${title}</h2>
${isDraining ? cancelForm(running) : drainForm(running)}
</section>`;
    return respondPage(c, main, { title: `${title} · agent-runner` });
  };
}

function drainForm(running: number): Markup {
  const executions = plural(running, "execution");
  const choice =
    running === 0
      ? ""
      : html`<fieldset><legend>What becomes of ${running === 1 ? "the execution" : `the ${executions}`} that it has?</legend>
<label><input type="radio" name="mode" value="drain" checked> Let ${executions} finish</label>
<label><input type="radio" name="mode" value="cancel"> Cancel ${executions} now: what each did until then is kept</label>
</fieldset>`;
  return html`<p>It takes no new executions, and exits ${running === 0 ? "at once" : "when those that it has are over"}. This cannot be undone: to take executions again it has to be started again.</p>
<form method="post" action="/drain">${choice}<div class="row"><button type="submit" class="danger">Drain</button><a class="button" href="/">Keep it running</a></div></form>`;
}

function cancelForm(running: number): Markup {
  const executions = plural(running, "execution");
  return html`<p>The runner drains. ${executions} may still finish, or ${running === 1 ? "is" : "are"} ended as cancelled now. What ${running === 1 ? "it" : "each"} did until then is kept.</p>
<form method="post" action="/drain"><input type="hidden" name="mode" value="cancel"><div class="row"><button type="submit" class="danger">Cancel ${executions} now</button><a class="button" href="/">Let ${running === 1 ? "it" : "them"} finish</a></div></form>`;
}

/** `POST /drain`; the form's `mode` is `drain`, which is the default, or `cancel`. */
export function drain({ lifecycle, cancelAll }: AdminDeps) {
  return async (c: Context): Promise<Response> => {
    const mode = (await readForm(c))?.get("mode") ?? "drain";
    if (mode !== "drain" && mode !== "cancel") return await showUnknownMode(c);
    lifecycle.requestDrain();
    if (mode === "cancel") cancelAll();
    return c.redirect("/", 303);
  };
}

function showUnknownMode(c: Context): Promise<Response> {
  const main = html`<section class="narrow" aria-labelledby="drain-title"><h2 id="drain-title">Nothing was done</h2>
<p>The form is not one of this version of the runner.</p><p><a class="button" href="/drain">Again</a></p></section>`;
  return respondPage(c, main, { title: "Nothing was done · agent-runner", status: 400 });
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
