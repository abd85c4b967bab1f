import { html } from "hono/html";
import type { ExecutionStage } from "../../executions/index.ts";
import type { TotalUsage } from "../../shared/token-usage.ts";
import { age, count, duration, type Markup, pageOf, shownName, shownText } from "./markup.ts";
import { clock } from "./overview.ts";
import type { PageDeps } from "./page-deps.ts";

export type Active = ReturnType<PageDeps["executions"]["list"]>[number];
export type Ended = ReturnType<PageDeps["executions"]["listEnded"]>[number];

/** Executions of each list that the page shows. The admin API has all. */
const MAX_SHOWN = 30;
/** Tools in progress that are named for one execution. */
const MAX_TOOLS = 5;
const REASON_LIMIT = 300;

const STAGES: Readonly<Record<ExecutionStage, string>> = {
  "waiting-for-admission": "waits until the runner takes executions",
  "waiting-for-thread": "waits for an earlier execution of its session",
  "waiting-for-slot": "waits for a free place",
  resolving: "reads its agent",
  "waiting-for-sandbox": "waits for its sandbox",
  model: "the model answers",
  tool: "runs a tool",
  ending: "ends",
};
const OUTCOMES = { completed: "good", failed: "bad", cancelled: "warn" } as const;

/** @param now absent: ages are left to the script */
export function activeList(active: readonly Active[], now: Date | undefined): Markup {
  return html`<section id="running" aria-labelledby="running-title">
<h2 id="running-title">Running (${active.length})</h2>
${active.length === 0 ? html`<p class="soft">No execution runs here.</p>` : html`<ul class="rows">${active.slice(0, MAX_SHOWN).map((one) => activeRow(one, now))}</ul>`}
${more(active.length)}
</section>`;
}

function activeRow(execution: Active, now: Date | undefined): Markup {
  return html`<li id="run-${execution.runId}-${execution.activityId}"><div class="row"><a href="${pageOf(execution.id)}">${shownName(execution.id)}</a>
${agentOf(execution)}<span>${age(execution.startedAt, now)}</span></div>
<p>${stageOf(execution)} <span class="soft">for ${age(execution.stageSince, now)}${tokens(execution)}</span></p></li>`;
}

/** The stage in words, with the tools that run. */
export function stageOf({ stage, tools }: Active): Markup {
  if (tools.length === 0) return html`${STAGES[stage]}`;
  const names = tools
    .slice(0, MAX_TOOLS)
    .map(({ name }, index) => html`${index === 0 ? "" : ", "}<code>${shownName(name)}</code>`);
  const others = tools.length > MAX_TOOLS ? ` and ${tools.length - MAX_TOOLS} more` : "";
  return html`runs ${names}${others}`;
}

export function endedList(ended: readonly Ended[]): Markup {
  return html`<section id="ended" aria-labelledby="ended-title">
<h2 id="ended-title">Ended${ended.length === 0 ? "" : ` (the last ${Math.min(ended.length, MAX_SHOWN)})`}</h2>
${ended.length === 0 ? html`<p class="soft">No execution has ended since the start.</p>` : html`<ul class="rows">${ended.slice(0, MAX_SHOWN).map(endedRow)}</ul>`}
</section>`;
}

function endedRow(execution: Ended): Markup {
  const { outcome, endedAt, durationMs } = execution;
  return html`<li id="end-${execution.runId}-${execution.activityId}"><div class="row"><a href="${pageOf(execution.id)}">${shownName(execution.id)}</a>
${agentOf(execution)}${outcomeTag(outcome)}</div>
<p class="soft"><time datetime="${endedAt.toISOString()}">${clock(endedAt)}</time> · took ${duration(durationMs)}${tokens(execution)}</p>
${outcome.phase === "completed" ? "" : html`<p>${shownText(outcome.reason, REASON_LIMIT)}</p>`}</li>`;
}

export function outcomeTag({ phase }: Ended["outcome"]): Markup {
  return html`<span class="tag ${OUTCOMES[phase]}">${phase}</span>`;
}

function agentOf({ agentName, model }: Active | Ended): Markup | string {
  if (agentName === undefined) return "";
  return html`<span>${shownName(agentName)}${model === undefined ? "" : html` <span class="soft">${shownName(model.model)}</span>`}</span>`;
}

function tokens(execution: Active | Ended): string {
  const { usage } = execution as { readonly usage?: TotalUsage };
  if (usage === undefined || usage.inputTokens + usage.outputTokens === 0) return "";
  return ` · ${count(usage.inputTokens)} tokens in, ${count(usage.outputTokens)} out`;
}

function more(length: number): Markup | string {
  return length <= MAX_SHOWN ? "" : html`<p class="soft">${length - MAX_SHOWN} more are not shown.</p>`;
}
