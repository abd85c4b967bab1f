import { html } from "hono/html";
import { sentence } from "../../shared/text.ts";
import type { AdminDeps, Check } from "../admin-deps.ts";
import { readinessOf } from "../readiness.ts";
import { age, type Markup, shownText } from "./markup.ts";

/** Longest reason and longest remedy, in characters. */
const REASON_LIMIT = 1_000;

const TONES = { ok: "good", degraded: "warn", failed: "bad" } as const;
const STATES = {
  starting: "The runner starts.",
  running: "The runner takes no executions now.",
  draining: "The runner drains: it finishes what runs and takes nothing new.",
  stopping: "The runner stops: running executions are ended.",
  stopped: "The runner has stopped.",
} as const;

/** Whether the runner works, in one sentence. */
function headline(deps: Pick<AdminDeps, "lifecycle" | "checks">): string {
  const { state } = deps.lifecycle;
  if (readinessOf(deps).isReady) {
    const isDegraded = deps.checks().some(({ status }) => status === "degraded");
    return isDegraded ? "The runner takes executions, but something needs attention." : "The runner takes executions.";
  }
  return Object.hasOwn(STATES, state) ? STATES[state as keyof typeof STATES] : `The runner is ${state}.`;
}

/** The state, and the button that drains. @param now absent: ages are left to the script */
export function overview(deps: AdminDeps, now: Date | undefined): Markup {
  const { lifecycle } = deps;
  const { isReady } = readinessOf(deps);
  const isDegraded = deps.checks().some(({ status }) => status === "degraded");
  const tone = isReady ? (isDegraded ? "warn" : "good") : lifecycle.state === "running" ? "bad" : "warn";
  const deadline =
    lifecycle.deadline === undefined
      ? ""
      : html`<p>Executions that still run are stopped at <time datetime="${lifecycle.deadline.toISOString()}">${clock(lifecycle.deadline)}</time>.</p>`;
  return html`<section id="state" class="${tone}" aria-labelledby="state-title">
<h2 id="state-title" class="unseen">State</h2>
<div class="row"><p class="lead" role="status">${headline(deps)}</p>${drainLink(deps)}</div>
${deadline}
<p class="facts">Up for ${age(lifecycle.startedAt, now)} · ${deps.mode} mode · version ${deps.version} · state ${lifecycle.state}</p>
</section>`;
}

function drainLink({ lifecycle, inFlight }: AdminDeps): Markup | string {
  if (lifecycle.state === "running" || lifecycle.state === "starting")
    return html`<a class="button" href="/drain">Drain …</a>`;
  const canCancel = lifecycle.state === "draining" && inFlight() > 0;
  return canCancel ? html`<a class="button" href="/drain">Cancel what runs …</a>` : "";
}

/** What the runner needs, the problems first. */
export function checksList(checks: readonly Check[]): Markup {
  const order = ["failed", "degraded", "ok"];
  const sorted = [...checks].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  return html`<section id="checks" aria-labelledby="checks-title">
<h2 id="checks-title">Checks</h2>
${sorted.length === 0 ? html`<p class="soft">Nothing was checked yet.</p>` : html`<ul class="rows">${sorted.map(checkRow)}</ul>`}
</section>`;
}

function checkRow({ name, status, reason, remedies = [], since }: Check): Markup {
  const from =
    since === undefined
      ? ""
      : html` <span class="soft">Since <time datetime="${since.toISOString()}">${clock(since)}</time>.</span>`;
  return html`<li><div class="row"><span>${shownText(name, REASON_LIMIT)}</span><span class="tag ${TONES[status]}">${status}</span></div>
${reason === undefined ? "" : html`<p>${shownText(sentence(reason), REASON_LIMIT)}${from}</p>`}
${remedies.length === 0 ? "" : html`<ul class="remedies">${remedies.map((remedy) => html`<li>${shownText(remedy, REASON_LIMIT)}</li>`)}</ul>`}
</li>`;
}

/** The time of day in UTC, as the log has it. */
export function clock(date: Date): string {
  return `${date.toISOString().slice(11, 19)} UTC`;
}
