/** `/metrics` of a runner with a real Temporal and the daemon as backend, and what is asked of it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parse } from "yaml";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { everything } from "../support/mcp-servers.ts";
import { problemsOf, seriesOf } from "../support/promql.ts";
import { phaseOf } from "../support/stigmer-user.ts";

const deploy = join(import.meta.dir, "../../deploy");
const SECRET = "hunter22-hunter22";

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

let world: LocalWorld;
/** After executions of all kinds. */
let page: string;
/** What users named, and ids: none of it may be on the page. */
let ofUsers: string[];

beforeAll(async () => {
  world = await localWorld({ TEMPORAL_MAX_CONCURRENCY: "1" });
});
afterAll(() => world?.[Symbol.asyncDispose]());

async function scrape(): Promise<string> {
  const response = await fetch(`${world.runner.adminUrl}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  return await response.text();
}
const idle = () => until("all executions have ended", () => world.runner.executions.count === 0);

describe("what is counted", () => {
  test("shows what runs and what waits", async () => {
    world.ollama.converse((_, turn) =>
      turn === 0 ? { text: "", tools: [{ name: "execute", args: { command: "sleep 300" } }] } : { text: "Done." },
    );
    const first = await world.begin(await world.session(), "Sleep");
    await until("its tool runs", () => world.runner.executions.list()[0]?.stage === "tool");
    const second = await world.begin(await world.session(), "Wait");
    await until("the second one waits", () => world.runner.executions.list()[1]?.stage === "waiting-for-slot");
    const lines = (await scrape()).split("\n");
    expect(lines).toContain('agent_runner_executions{stage="tool"} 1');
    expect(lines).toContain('agent_runner_executions{stage="waiting-for-slot"} 1');
    expect(lines).toContain('agent_runner_sandboxes{state="in-use"} 1');
    world.ollama.converse(() => ({ text: "Done." }));
    world.runner.executions.cancel(first.metadata?.id ?? "");
    await Promise.all([world.follow(first), world.follow(second)]);
    await idle();
    ofUsers = [first, second].flatMap(({ metadata, spec }) => [metadata?.id ?? "", spec?.sessionId ?? ""]);
  });

  test("executions of all kinds, with their tools, models and MCP servers", async () => {
    const failed = await world.run("Fail", () => ({ status: 400, error: "the request is wrong" }));
    expect(phaseOf(failed)).toBe("EXECUTION_FAILED");
    const session = await world.session({ instructions: "You help.", mcpServers: [everything("my-server")] });
    world.ollama.converse(
      (_, turn) =>
        [
          { text: "", tools: [{ name: "echo", args: { message: "ü" } }] },
          { text: "", tools: [{ name: "execute", args: { command: "echo $KEY; false" } }] },
        ][turn] ?? { text: "Done." },
    );
    const execution = await world.begin(session, "Echo", { runtimeEnv: { KEY: { value: SECRET, isSecret: true } } });
    expect(phaseOf((await world.follow(execution)).at(-1) ?? expect.unreachable())).toBe("EXECUTION_COMPLETED");
    await idle();
    page = await scrape();
    const lines = page.split("\n");
    for (const line of [
      "agent_runner_executions_started_total 4",
      'agent_runner_executions_ended_total{outcome="completed"} 2',
      'agent_runner_executions_ended_total{outcome="failed"} 1',
      'agent_runner_executions_ended_total{outcome="cancelled"} 1',
      'agent_runner_executions{stage="tool"} 0',
      'agent_runner_sandboxes{state="in-use"} 0',
      'agent_runner_sandbox_acquisitions_total{result="acquired"} 4',
      'agent_runner_tool_calls_total{kind="mcp",outcome="succeeded"} 1',
      'agent_runner_tool_calls_total{kind="command",outcome="failed"} 1',
      'agent_runner_mcp_calls_total{transport="stdio",outcome="succeeded"} 1',
      'agent_runner_state{state="running"} 1',
      "agent_runner_ready 1",
      "agent_runner_execution_slots 1",
    ])
      expect(lines).toContain(line);
    expect(page).toMatch(/^agent_runner_model_errors_total\{.*kind="other"\} 1$/m);
    expect(page).toMatch(/^agent_runner_model_tokens_total\{.*type="output"\} [1-9]/m);
    expect(page).toMatch(/^agent_runner_masking_seconds_total 0\.0*[1-9]/m);
    expect(page).toMatch(/^agent_runner_heartbeats_total [4-9]/m);
    expect(page).toMatch(/^agent_runner_status_updates_total\{sink="stigmer",outcome="delivered"\} [1-9]/m);
    ofUsers.push(execution.metadata?.id ?? "", session, "my-server", SECRET, world.workspace);
  });

  test("what Temporal's SDK measures is on the same page, by the same conventions", () => {
    expect(page).toMatch(/^temporal_request_total\{.*operation="RecordActivityTaskHeartbeat"\} [1-9]/m);
    expect(page).toMatch(
      /^temporal_activity_schedule_to_start_latency_seconds_count\{.*"agent_execution_runner"\} 8$/m,
    );
    const types = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(types.length).toBeGreaterThan(50);
    expect(new Set(types).size).toBe(types.length);
  });

  test("no metric has an id, a secret or what users named", () => {
    for (const text of ofUsers) {
      expect(text).not.toBe("");
      expect(page).not.toContain(text);
    }
  });
});

describe("what asks for metrics that are not there would never be noticed", () => {
  test("each query of the dashboard names metrics and labels that exist", async () => {
    const { panels } = (await Bun.file(join(deploy, "grafana/agent-runner.json")).json()) as { panels: Panel[] };
    const series = seriesOf(page);
    const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));
    expect(queries.length).toBeGreaterThan(40);
    const problems = queries.flatMap(([title, query]) => problemsOf(query, series).map((each) => `${title}: ${each}`));
    expect(problems).toEqual([]);
  });

  test("so does each alert", async () => {
    const { groups } = parse(await Bun.file(join(deploy, "prometheus/alerts.yaml")).text()) as {
      groups: { rules: { alert: string; expr: string }[] }[];
    };
    const series = seriesOf(page);
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.flatMap(({ alert, expr }) => problemsOf(expr, series).map((each) => `${alert}: ${each}`))).toEqual([]);
  });

  test("a misspelled metric, label or value is found, and what is no query", () => {
    const series = seriesOf(page);
    const wrong = [
      "agent_runner_executions_total",
      'agent_runner_executions{phase="tool"}',
      'agent_runner_executions{stage=~"tool|tools"}',
      "sum by (kind) (agent_runner_executions)",
      "sum(agent_runner_executions",
      "1 + 1",
    ];
    for (const query of wrong) expect(problemsOf(query, series)).toHaveLength(1);
  });
});

// The last one: it ends the runner.
test("a drain shows its state and its deadline", async () => {
  world.ollama.converse((_, turn) =>
    turn === 0 ? { text: "", tools: [{ name: "execute", args: { command: "sleep 300" } }] } : { text: "Done." },
  );
  await world.begin(await world.session(), "Sleep");
  await until("its tool runs", () => world.runner.executions.list()[0]?.stage === "tool");
  world.lifecycle.requestDrain();
  const draining = await scrape();
  expect(draining).toContain('agent_runner_state{state="draining"} 1\n');
  expect(draining).toContain("agent_runner_ready 0\n");
  expect(Number(/^agent_runner_drain_deadline_timestamp_seconds (\S+)$/m.exec(draining)?.[1])).toBeGreaterThan(
    Date.now() / 1_000,
  );
  world.lifecycle.requestStop();
  await world.runner.ended;
});
