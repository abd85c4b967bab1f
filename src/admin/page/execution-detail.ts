import { html } from "hono/html";
import type { ReadableStatus } from "../../status/index.ts";
import { type Active, type Ended, outcomeTag, stageOf } from "./execution-lists.ts";
import { age, duration, type Markup, shownName, shownText } from "./markup.ts";
import type { PageDeps } from "./page-deps.ts";
import { stateTag, toolCall } from "./tool-calls.ts";

type Message = ReadableStatus["messages"][number];
type SubAgent = ReadableStatus["subAgents"][number];
type Todo = ReadableStatus["todos"][number];

/** How much of an execution is shown: the last messages, and each text up to a limit in characters. */
const MAX_MESSAGES = 40;
const MAX_SUB_AGENTS = 20;
const MAX_CALLS = 20;
const MAX_TODOS = 100;
const MESSAGE_LIMIT = 6_000;
const TEXT_LIMIT = 2_000;

const SPEAKERS: Readonly<Record<Message["speaker"], string>> = {
  unknown: "Message",
  user: "User",
  agent: "Agent",
  tool: "Tool",
  runner: "Runner",
};

/** One execution with its messages, calls, to-do list and sub-agents. @param now absent: ages are left to the script */
export function executionDetail({ executions, live }: PageDeps, id: string, now: Date | undefined): Markup {
  const record = executions.get(id);
  const status = live.get(id);
  return html`<section id="detail" aria-labelledby="detail-title">
<div class="row"><h2 id="detail-title">Execution ${shownName(id)}</h2><a href="/">Close</a></div>
${record === undefined ? html`<p>This runner does not have it: it never ran here, or too many have ended since.</p>` : facts(record, now)}
${status === undefined ? (record === undefined ? "" : html`<p class="soft">Its messages are not kept any more. The Stigmer backend has them.</p>`) : content(status)}
</section>`;
}

function facts(record: Active | Ended, now: Date | undefined): Markup {
  const { agentName, model, sessionId, sandbox, workflowId } = record;
  return html`<dl>
${
  record.state === "active"
    ? html`<dt>Stage</dt><dd>${stageOf(record)} for ${age(record.stageSince, now)}</dd><dt>Age</dt><dd>${age(record.startedAt, now)}</dd>`
    : html`<dt>Outcome</dt><dd>${outcomeTag(record.outcome)}</dd>
${record.outcome.phase === "completed" ? "" : html`<dt>Reason</dt><dd>${shownText(record.outcome.reason, TEXT_LIMIT)}</dd>`}<dt>Took</dt><dd>${duration(record.durationMs)}</dd>`
}
${agentName === undefined ? "" : html`<dt>Agent</dt><dd>${shownName(agentName)}</dd>`}
${model === undefined ? "" : html`<dt>Model</dt><dd>${shownName(`${model.provider}:${model.model}`)}</dd>`}
${sessionId === undefined ? "" : html`<dt>Session</dt><dd>${shownName(sessionId)}</dd>`}
${sandbox === undefined ? "" : html`<dt>Sandbox</dt><dd>${shownName(sandbox.kind)}, ${shownName(sandbox.id)}</dd>`}
<dt>Workflow</dt><dd>${shownName(workflowId)}</dd>
</dl>
${record.state === "active" && record.stage !== "ending" ? html`<p><a class="button" href="/cancel?execution=${encodeURIComponent(record.id.toWellFormed())}">Cancel this execution …</a></p>` : ""}`;
}

function content({ todos, subAgents, messages }: ReadableStatus): Markup {
  const [agents, said] = [lastOf(subAgents, MAX_SUB_AGENTS), lastOf(messages, MAX_MESSAGES)];
  return html`${todos.length === 0 ? "" : html`<h3>To-do list</h3><ul>${todos.slice(0, MAX_TODOS).map(todoItem)}</ul>`}
${subAgents.length === 0 ? "" : html`<h3>Sub-agents</h3>${earlier(agents.left)}<ul class="rows">${agents.shown.map(subAgent)}</ul>`}
<h3>Messages</h3>${earlier(said.left)}
${said.shown.map((one, index) => message(one, said.left + index))}`;
}

/** The end of a list, and how many are left out before it. */
function lastOf<T>(items: readonly T[], most: number) {
  const left = Math.max(items.length - most, 0);
  return { left, shown: items.slice(left) };
}

function earlier(left: number): Markup | string {
  return left === 0 ? "" : html`<p class="soft">${left} earlier ones are not shown.</p>`;
}

function todoItem({ text, state }: Todo): Markup {
  const isDone = state === "done" || state === "cancelled";
  return html`<li><span class="${isDone ? "done" : ""}">${shownText(text, TEXT_LIMIT)}</span> <span class="tag">${state}</span></li>`;
}

function subAgent({ name, input, output, error, state, calls }: SubAgent): Markup {
  const made = lastOf(calls, MAX_CALLS);
  return html`<li><div class="row"><strong>${shownName(name)}</strong>${stateTag(state)}</div>
<details><summary>Task of ${shownName(name)}</summary><div class="text">${shownText(input, TEXT_LIMIT)}</div></details>
${earlier(made.left)}${made.shown.map(toolCall)}
${output === "" ? "" : html`<div class="text">${shownText(output, TEXT_LIMIT)}</div>`}
${error === "" ? "" : html`<p>${shownText(error, TEXT_LIMIT)}</p>`}</li>`;
}

function message({ speaker, text, calls }: Message, index: number): Markup {
  const shown = calls.map(toolCall);
  // The text of a call's message repeats the call.
  if (speaker === "tool" && calls.length > 0) return html`<div id="message-${index}" class="message">${shown}</div>`;
  return html`<div id="message-${index}" class="message ${speaker === "user" ? "human" : ""}"><span class="soft">${SPEAKERS[speaker]}</span>
<div class="text">${shownText(text, MESSAGE_LIMIT)}</div>${shown}</div>`;
}
