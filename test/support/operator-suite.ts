/** What an operator sees of executions and does to them, in either mode: the commands and the admin server of a real runner. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cancel } from "../../src/commands/cancel.ts";
import { drain } from "../../src/commands/drain.ts";
import { executions } from "../../src/commands/executions.ts";
import { status } from "../../src/commands/status.ts";
import type { AgentExecution } from "../../src/stigmer/index.ts";
import { until } from "./eventually.ts";
import type { OllamaDouble } from "./ollama-double.ts";
import { phaseOf, type StigmerUser } from "./stigmer-user.ts";

/** A runner that executes two at a time. */
export interface OperatedRunner {
  readonly url: string;
  readonly user: StigmerUser;
  readonly ollama: OllamaDouble;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Shown {
  readonly id: string;
  readonly stage?: string;
  readonly tools?: readonly { readonly name: string }[];
  readonly [more: string]: unknown;
}

const idOf = ({ metadata }: AgentExecution) => metadata?.id ?? "";

/** All that the user reads. */
const saidIn = ({ status }: AgentExecution) => (status?.messages ?? []).map(({ content }) => content).join("\n");

export function operatorSuite(mode: string, open: () => Promise<OperatedRunner>): void {
  let runner: OperatedRunner;
  let answer = Promise.withResolvers<void>();
  beforeAll(async () => {
    runner = await open();
    runner.ollama.converse(({ messages }, turn) => {
      const asked = messages.findLast(({ role }) => role === "user")?.content ?? "";
      if (asked.includes("sleep") && turn === 0)
        return { text: "I sleep.", tools: [{ name: "execute", args: { command: "sleep 300" } }] };
      return asked.includes("think") ? { text: "Thought.", after: answer.promise } : { text: "Done." };
    });
  });
  afterAll(async () => {
    answer.resolve();
    await runner[Symbol.asyncDispose]();
  });

  async function command(run: typeof executions, more: object = {}) {
    let output = "";
    const write = (text: string) => {
      output += text;
    };
    const options = { env: {}, envFile: "/dev/null", watch: false, json: false, url: runner.url };
    const code = await run({ ...options, write, writeError: write, ...more });
    return { code, output };
  }
  const post = async (path: string, body?: object) => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${runner.url}${path}`, { method: "POST", ...init });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const list = async () => {
    const { output } = await command(executions, { json: true });
    return output.split("\n").flatMap((line): Shown[] => (line === "" ? [] : [JSON.parse(line)]));
  };
  const stage = async (execution: AgentExecution) => (await list()).find(({ id }) => id === idOf(execution))?.stage;
  const reaches = async (execution: AgentExecution, wanted: string) =>
    await until(`it is at ${wanted}`, async () => (await stage(execution)) === wanted);

  test(`${mode}: shows executions at every stage, cancels them, and drains`, async () => {
    const { user } = runner;
    const sessions = await Promise.all([user.session(), user.session(), user.session()]);
    const [one = "", two = "", three = ""] = sessions;
    const sleeping = await user.begin(one, "sleep");
    await reaches(sleeping, "tool");
    const behind = await user.begin(one, "after that");
    await reaches(behind, "waiting-for-thread");
    const thinking = await user.begin(two, "think");
    await reaches(thinking, "model");
    const late = await user.begin(three, "late");
    await reaches(late, "waiting-for-slot");

    const found = (await list()).find(({ id }) => id === idOf(sleeping));
    expect(found).toMatchObject({
      sessionId: one,
      agent: expect.stringMatching(/^agent-/),
      model: { provider: "ollama" },
      phase: "in-progress",
      tools: [{ name: "execute" }],
      usage: { modelCalls: 1, inputTokens: expect.any(Number) },
      lastUpdate: { sink: expect.any(String), bytes: expect.any(Number) },
      sandboxKind: mode === "cloud" ? "daytona" : "filesystem",
      sandboxId: expect.any(String),
    });
    const overview = (await command(executions)).output;
    expect(overview).toContain("4 running or waiting, oldest first:");
    for (const text of [idOf(sleeping), "waiting-for-thread", "waiting-for-slot", "model", "tool", "execute "])
      expect(overview).toContain(text);
    expect((await command(executions, { executionId: idOf(sleeping) })).output).toMatch(/tool +execute, for /);
    const screen = await command(status as typeof executions);
    expect(screen.code).toBe(0);
    for (const text of [`in ${mode} mode at ${runner.url}`, "ready: running, started ", "✓ ", "4 running or waiting"])
      expect(screen.output).toContain(text);

    // Ended while it waits, and while its tool runs.
    for (const execution of [behind, sleeping]) {
      const cancelled = await command(cancel as unknown as typeof executions, { executionId: idOf(execution) });
      expect([cancelled.code, cancelled.output]).toEqual([0, expect.stringContaining("is being cancelled")]);
    }
    for (const execution of [behind, sleeping]) {
      const state = await user.ended(execution);
      expect(phaseOf(state)).toBe("EXECUTION_CANCELLED");
      expect(saidIn(state)).toContain("by an operator");
      expect(state.status?.error).toContain("by an operator");
    }
    await until("it is told as ended", async () => (await stage(sleeping)) === undefined);
    expect(await post(`/executions/${idOf(sleeping)}/cancel`)).toMatchObject({ status: 409 });
    await user.ended(late);
    await until("the late one is told as ended", async () => (await stage(late)) === undefined);

    const first = await post("/shutdown");
    expect((await fetch(`${runner.url}/readyz`)).status).toBe(503);
    expect(first).toMatchObject({
      status: 202,
      body: { state: "draining", inFlight: 1, executions: [{ id: idOf(thinking) }] },
    });
    expect((await post("/shutdown")).body).toMatchObject({ deadline: first.body["deadline"] });

    const left = command(drain as unknown as typeof executions, { wait: true, cancel: true });
    const { code, output } = await left;
    expect([code, output]).toEqual([0, expect.stringContaining("The runner has ended.")]);
    expect(output).toContain("cancelled");
    expect(await runner.ended).toBe(0);
    const state = await user.get(thinking);
    expect(phaseOf(state)).toBe("EXECUTION_CANCELLED");
    expect(saidIn(state)).toContain("by an operator");
    answer = Promise.withResolvers();
  });
}
