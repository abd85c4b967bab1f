/** Threads whose runner was killed, each at another step of a run with tools: another runner continues them. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type AgentExecution,
  type AgentSpecSchema,
  SubAgentStatus,
  ToolCallStatus,
} from "../../../src/stigmer/index.ts";
import { eventually, until } from "../eventually.ts";
import { type FaultServer, startHttpFault } from "../mcp/http-faults.ts";
import type { ModelTurn } from "../model-turn.ts";
import type { OllamaDouble } from "../ollama-double.ts";
import type { RunningProgram } from "../program.ts";
import type { Provider, ProviderDouble } from "../providers.ts";
import { phaseOf, type StigmerUser } from "../stigmer-user.ts";

/** Runners that can be killed. */
export interface KilledPlace {
  readonly user: StigmerUser;
  readonly ollama: OllamaDouble;
  /** Starts a runner, which takes work. */
  start(): Promise<RunningProgram>;
  /** Where the agent of a session works. */
  folder(session: string): string;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface KilledMode {
  readonly name: string;
  open(env: Readonly<Record<string, string>>): Promise<KilledPlace>;
}

interface Step {
  readonly name: string;
  readonly turns: readonly ModelTurn[];
  /** Requests of the model before the kill. */
  readonly requests: number;
  /** The states of the calls before the kill. */
  readonly calls: readonly ToolCallStatus[];
  /** Calls of which the agent cannot know whether they were executed. */
  readonly unknown?: number;
  /** What the commands have noted before the kill. */
  readonly noted?: string;
  /** The open to-dos. */
  readonly todos?: readonly string[];
  readonly subAgents?: number;
}

/** Commands note in a file of each step that they ran. */
const note = (text: string) => ({ name: "execute", args: { command: `echo ${text} >>"$STEP"` } });
const SLEEP = { name: "execute", args: { command: 'echo slept >>"$STEP"; sleep 600' } };
const TASK = { name: "task", args: { description: "Count", subagent_type: "general-purpose" } };
const TODOS = { name: "write_todos", args: { todos: [{ content: "Count", status: "in_progress" }] } };
const MCP = { name: "echo", args: { text: "hello" } };
const HANG: ModelTurn = { hang: true };
const UNKNOWN = "Unknown whether it was executed";

const { TOOL_CALL_RUNNING: RUNNING, TOOL_CALL_COMPLETED: COMPLETED, TOOL_CALL_FAILED: FAILED } = ToolCallStatus;
const steps: readonly Step[] = [
  { name: "the first call of the model", turns: [HANG], requests: 1, calls: [] },
  {
    name: "a call of a tool",
    turns: [{ text: "I look.", tools: [SLEEP] }],
    requests: 1,
    calls: [RUNNING],
    unknown: 1,
    noted: "slept\n",
  },
  {
    name: "one of two calls at the same time",
    turns: [{ text: "", tools: [{ name: "ls", args: { path: "/" } }, SLEEP] }],
    requests: 1,
    calls: [COMPLETED, RUNNING],
    unknown: 1,
    noted: "slept\n",
  },
  {
    name: "the call of the model after a tool",
    turns: [{ text: "", tools: [note("one"), { name: "ls", args: { path: "/" } }] }, HANG],
    requests: 2,
    calls: [COMPLETED, COMPLETED],
    noted: "one\n",
  },
  {
    name: "a later call of a tool",
    turns: [
      { text: "", tools: [note("one")] },
      { text: "More.", tools: [SLEEP, { name: "ls", args: { path: "/" } }] },
    ],
    requests: 2,
    calls: [COMPLETED, RUNNING, COMPLETED],
    unknown: 1,
    noted: "one\nslept\n",
  },
  {
    name: "the call of the model after it wrote its to-dos",
    turns: [{ text: "", tools: [TODOS] }, HANG],
    requests: 2,
    calls: [COMPLETED],
    todos: ["Count"],
  },
  {
    name: "a call of an MCP server's tool",
    turns: [{ text: "", tools: [MCP] }],
    requests: 1,
    calls: [RUNNING],
    unknown: 1,
  },
  {
    name: "a call of a sub-agent's model",
    turns: [{ text: "", tools: [TASK] }, HANG],
    requests: 2,
    calls: [RUNNING],
    unknown: 1,
    subAgents: 1,
  },
  {
    name: "calls of two sub-agents' tools",
    turns: [
      { text: "", tools: [TASK, TASK] },
      { text: "", tools: [SLEEP] },
      { text: "", tools: [SLEEP] },
    ],
    requests: 3,
    calls: [RUNNING, RUNNING, RUNNING, RUNNING],
    unknown: 2,
    noted: "slept\nslept\n",
    subAgents: 2,
  },
];

interface Begun {
  readonly session: string;
  readonly execution: AgentExecution;
}

const nameOf = (step: Step) => `step-${steps.indexOf(step)}`;
const variables = (step: Step) => ({ runtimeEnv: { STEP: { value: nameOf(step), isSecret: false } } });
const callsServer = (turn: ModelTurn) => "tools" in turn && turn.tools?.includes(MCP) === true;
const states = ({ status }: AgentExecution) => status?.toolCalls.map((call) => call.status) ?? [];

/** What else is to survive the kill. */
export interface FurtherStep {
  readonly name: string;
  /** Begins before the kill. @returns checks it afterwards */
  begin(place: KilledPlace, say: (turns: readonly ModelTurn[]) => void): Promise<() => Promise<void>>;
}

export function killedStepsSuite(mode: KilledMode, provider: Provider, further: readonly FurtherStep[] = []): void {
  describe(`with ${provider.name} in ${mode.name}, a thread can be continued after its runner was killed during`, () => {
    const closing = new AsyncDisposableStack();
    const begun = new Map<Step, Begun>();
    const checks = new Map<FurtherStep, () => Promise<void>>();
    let double: ProviderDouble;
    let place: KilledPlace;
    let server: FaultServer;

    const noted = async (step: Step, { session }: Begun) => {
      const file = Bun.file(join(place.folder(session), nameOf(step)));
      return (await file.exists()) ? await file.text() : undefined;
    };

    async function begin(step: Step): Promise<Begun> {
      const agent: MessageInitShape<typeof AgentSpecSchema> = {
        instructions: "You help.",
        mcpServers: [{ name: "faulty", serverType: { case: "http", value: { url: server.url, timeoutSeconds: 600 } } }],
      };
      const session = await place.user.session(step.turns.some(callsServer) ? agent : undefined);
      const before = double.conversations(place).length;
      double.say(step.turns, place);
      const execution = await place.user.begin(session, `Do ${step.name}`, variables(step));
      await until(`${step.name} runs`, async () => {
        const asked = double.conversations(place).length - before;
        return asked === step.requests && Bun.deepEquals(states(await place.user.get(execution)), step.calls);
      });
      await until(
        "its commands have noted that they run",
        async () => (await noted(step, { session, execution })) === step.noted,
      );
      return { session, execution };
    }

    // One runner is killed in the middle of all steps: they differ, and to notice its end takes time.
    beforeAll(async () => {
      double = closing.use(provider.start());
      server = closing.use(startHttpFault("no response to a call"));
      place = closing.use(await mode.open(double.env));
      const runner = await place.start();
      for (const step of steps) begun.set(step, await begin(step));
      for (const step of further) checks.set(step, await step.begin(place, (turns) => double.say(turns, place)));
      await until("the server is asked", () => server.record.includes("call echo"));
      runner.signal("SIGKILL");
      await runner.exited;
      await place.start();
    });
    afterAll(() => closing.disposeAsync());

    test.each(steps)("$name", async (step) => {
      const one = begun.get(step);
      if (one === undefined) throw new Error("the step has not begun");
      const last = await eventually(async () => {
        const state = await place.user.ended(one.execution);
        // Whoever notices first that the runner is gone ends the execution; the next runner closes what was open.
        if (states(state).includes(RUNNING)) throw new Error("calls are still shown as running");
        return state;
      });
      expect(phaseOf(last)).toBe("EXECUTION_FAILED");
      expect(last.status?.error).not.toBe("");
      expect(states(last)).toEqual(step.calls.map((state) => (state === RUNNING ? FAILED : state)));
      expect(last.status?.subAgentExecutions).toMatchObject(
        Array(step.subAgents ?? 0).fill({
          status: SubAgentStatus.SUB_AGENT_FAILED,
          completedAt: expect.stringMatching(/./),
        }),
      );

      double.say([{ text: `After ${step.name}.` }], place);
      const next = await place.user.ask(one.session, "Go on", variables(step));
      expect([phaseOf(next), next.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
      expect(next.status?.messages.at(-1)?.content).toBe(`After ${step.name}.`);
      expect(Object.values(next.status?.todos ?? {}).map(({ content }) => content)).toEqual([...(step.todos ?? [])]);
      // The agent knows what it was asked, what it had done, and what may have been done.
      const known = double.conversations(place).at(-1) ?? "";
      expect(known).toContain(`Do ${step.name}`);
      expect(known.split(UNKNOWN)).toHaveLength(1 + (step.unknown ?? 0));
      if (step.noted?.startsWith("one") === true) expect(known).toContain("echo one");
      // Nothing is done a second time.
      expect(next.status?.toolCalls).toEqual([]);
      expect(await noted(step, one)).toBe(step.noted);
      expect(server.record.filter((request) => request === "call echo")).toHaveLength(1);
    });

    // Without a step there is no row.
    if (further.length > 0)
      test.each(further)("$name", async (step) => {
        const check = checks.get(step);
        if (check === undefined) throw new Error("the step has not begun");
        await check();
      });
  });
}
