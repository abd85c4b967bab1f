/** A thread whose runner was killed, at every step of a run with tools, for the rules of every provider. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type AgentExecution, ToolCallStatus } from "../../src/stigmer/index.ts";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import type { ModelTurn } from "../support/model-turn.ts";
import { installProgram, type RunningProgram, startProgram } from "../support/program.ts";
import { type ProviderDouble, providers } from "../support/providers.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";

const echo = (text: string) => ({ name: "execute", args: { command: `echo ${text}` } });
const SLEEP = { name: "execute", args: { command: "sleep 300" } };
const TASK = { name: "task", args: { description: "Count", subagent_type: "general-purpose" } };
const HANG: ModelTurn = { hang: true };

interface Step {
  readonly name: string;
  readonly turns: readonly ModelTurn[];
  /** Requests of the model before the kill. */
  readonly requests: number;
  /** The states of the calls before the kill. */
  readonly calls: readonly ToolCallStatus[];
}

const { TOOL_CALL_RUNNING: RUNNING, TOOL_CALL_COMPLETED: COMPLETED } = ToolCallStatus;
const steps: readonly Step[] = [
  { name: "the first call of the model", turns: [HANG], requests: 1, calls: [] },
  { name: "a call of a tool", turns: [{ text: "I look.", tools: [SLEEP] }], requests: 1, calls: [RUNNING] },
  {
    name: "one of two calls at the same time",
    turns: [{ text: "", tools: [echo("one"), SLEEP] }],
    requests: 1,
    calls: [COMPLETED, RUNNING],
  },
  {
    name: "the call of the model after a tool",
    turns: [{ text: "", tools: [echo("one"), echo("two")] }, HANG],
    requests: 2,
    calls: [COMPLETED, COMPLETED],
  },
  {
    name: "a later call of a tool",
    turns: [
      { text: "", tools: [echo("one")] },
      { text: "More.", tools: [SLEEP, echo("two")] },
    ],
    requests: 2,
    calls: [COMPLETED, RUNNING, COMPLETED],
  },
  { name: "a call of a sub-agent's model", turns: [{ text: "", tools: [TASK] }, HANG], requests: 2, calls: [RUNNING] },
  {
    name: "a call of a sub-agent's tool",
    turns: [
      { text: "", tools: [TASK] },
      { text: "", tools: [SLEEP] },
    ],
    requests: 2,
    calls: [RUNNING],
  },
];

describe.each(providers)("with $name, a thread can be continued after its runner was killed during", (provider) => {
  const closing = new AsyncDisposableStack();
  let double: ProviderDouble;
  let world: LocalWorld;
  let user: StigmerUser;
  let session: string;
  let program: RunningProgram;
  let start: () => Promise<RunningProgram>;

  beforeAll(async () => {
    double = closing.use(provider.start());
    world = closing.use(await localWorld(double.env));
    // Only its servers are needed.
    world.lifecycle.requestStop();
    await world.runner.ended;
    const folder = join(world.workspace, "..", "killed");
    const file = await installProgram(folder);
    const env = {
      MODE: "local",
      TEMPORAL_SERVICE_ADDRESS: world.temporal.address,
      STIGMER_BACKEND_ENDPOINT: world.client.endpoint,
      OLLAMA_BASE_URL: world.ollama.url,
      STIGMER_DATA_DIR: join(folder, "data"),
      ADMIN_PORT: "0",
      ...double.env,
    };
    start = async () => {
      const started = startProgram(file, [], env, folder);
      await started.says("Worker ready");
      return started;
    };
    user = new StigmerUser(world.client);
    session = await user.session();
    program = await start();
    closing.defer(() => program[Symbol.asyncDispose]());
  });
  afterAll(() => closing.disposeAsync());

  const calls = async (execution: AgentExecution) =>
    (await user.get(execution)).status?.toolCalls.map(({ status }) => status) ?? [];

  test.each(steps)("$name", async (step) => {
    const before = double.conversations(world).length;
    double.say(step.turns, world);
    const execution = await user.begin(session, `Do ${step.name}`);
    await until("the step runs", async () => {
      const asked = double.conversations(world).length - before;
      return asked === step.requests && Bun.deepEquals(await calls(execution), step.calls);
    });
    program.signal("SIGKILL");
    await program.exited;
    double.say([{ text: `After ${step.name}.` }], world);
    program = await start();
    expect(phaseOf(await user.ended(execution))).toBe("EXECUTION_FAILED");
    const next = await user.ask(session, "Go on");
    expect([phaseOf(next), next.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
    expect(next.status?.messages.at(-1)?.content).toBe(`After ${step.name}.`);
    // The agent knows what it was asked, and what it had done.
    const known = double.conversations(world).at(-1) ?? "";
    expect(known).toContain(`Do ${step.name}`);
    if (step.requests === 2 && step.calls[0] === COMPLETED) expect(known).toContain("echo one");
  });
});
