/** What sub-agents do, in any mode: their model is Ollama's double, everything else is real or the mode's own double. */
import { expect, test } from "bun:test";
import { create, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import { MAX_PARALLEL_TASKS } from "../../src/agent/sub-agents/task-middleware.ts";
import {
  type AgentExecution,
  AgentExecutionStatusSchema,
  type AgentSpecSchema,
  MessageType,
  SubAgentStatus,
  ToolCallStatus,
} from "../../src/stigmer/index.ts";
import { until } from "./eventually.ts";
import type { ChatRequest, Conversation, OllamaDouble, Turn } from "./ollama-double.ts";
import { phaseOf, type StigmerUser } from "./stigmer-user.ts";

export interface SubAgentSubject {
  readonly ollama: OllamaDouble;
  readonly user: StigmerUser;
}

type AgentSpec = MessageInitShape<typeof AgentSpecSchema>;

/** Instructions by which the double knows who asks. */
const LEAD = "You lead.";
const READER = "You read files.";
const WRITER = "You write files.";
const AGENT: AgentSpec = {
  instructions: LEAD,
  subAgents: [
    { name: "reader", description: "Reads files.", instructions: READER },
    { name: "writer", instructions: `${WRITER}\nBe brief.` },
  ],
};

export const task = (subAgent: string, description: string) => ({
  name: "task",
  args: { subagent_type: subAgent, description },
});
const execute = (command: string) => ({ name: "execute", args: { command } });

/** Each agent says its own turns. */
export function cast(
  roles: Readonly<Record<string, (turn: number, request: ChatRequest) => Turn | undefined>>,
): Conversation {
  return (request, turn) => {
    const system = request.messages.find(({ role }) => role === "system")?.content ?? "";
    return Object.entries(roles).find(([instructions]) => system.includes(instructions))?.[1](turn, request);
  };
}

const said = (request: ChatRequest) => request.messages.findLast(({ role }) => role === "user")?.content ?? "";
const subAgentsOf = ({ status }: AgentExecution) =>
  (status?.subAgentExecutions ?? []).map(({ name, status: state }) => [name, SubAgentStatus[state].slice(10)]);
const groupsOf = ({ status }: AgentExecution) =>
  (status?.toolCalls ?? []).map(({ name, componentMetadata, status: state }) => [
    componentMetadata?.componentGroup,
    name,
    ToolCallStatus[state].slice(10),
  ]);

export function testSubAgents(subject: () => SubAgentSubject): void {
  /** Runs an agent with sub-agents. @returns its last state */
  const run = async (conversation: Conversation, spec: AgentSpec = AGENT) => {
    const { ollama, user } = subject();
    ollama.converse(conversation);
    return await user.ask(await user.session(spec), "Go");
  };

  test("a sub-agent works with its own instructions in the same sandbox, and shows only its calls", async () => {
    const before = subject().ollama.requests.length;
    const execution = await run(
      cast({
        [LEAD]: (turn) =>
          [{ text: "I delegate.", tools: [task("writer", "Write the greeting")] }, { text: "It is written." }][turn],
        [WRITER]: (turn) =>
          [
            { text: "I write.", tools: [execute("echo hello >greeting.txt; cat greeting.txt")] },
            { text: "There is a greeting." },
          ][turn],
      }),
    );
    expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
    expect(execution.status?.messages.map(({ type, content }) => [MessageType[type], content])).toEqual([
      ["MESSAGE_HUMAN", "Go"],
      ["MESSAGE_AI", "I delegate."],
      ["MESSAGE_TOOL", "task: writer — Write the greeting"],
      ["MESSAGE_AI", "It is written."],
    ]);
    const [listed, call] = execution.status?.toolCalls ?? [];
    expect(execution.status?.subAgentExecutions).toMatchObject([
      {
        id: listed?.id ?? "",
        name: "writer",
        input: "Write the greeting",
        output: "There is a greeting.",
        status: SubAgentStatus.SUB_AGENT_COMPLETED,
        error: "",
        metadata: { toolCalls: 1, failedToolCalls: 0 },
      },
    ]);
    for (const time of ["startedAt", "completedAt"] as const)
      expect(Date.parse(execution.status?.subAgentExecutions[0]?.[time] ?? "")).toBeGreaterThan(0);
    expect(groupsOf(execution)).toEqual([
      ["main-agent-tools", "task", "COMPLETED"],
      ["writer", "execute", "COMPLETED"],
    ]);
    expect(call?.result).toContain("hello");
    expect(call?.componentMetadata?.metadata).toMatchObject({ subAgentExecutionId: listed?.id ?? "" });

    const requests = subject().ollama.requests.slice(before);
    const offered = requests[0]?.tools?.find(({ function: { name } }) => name === "task")?.function.description;
    for (const line of ["- general-purpose: ", "- reader: Reads files.", `- writer: ${WRITER}\n`])
      expect(offered).toContain(line);
    const [first] = requests.filter(({ messages }) => messages[0]?.content.includes(WRITER));
    expect(first?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(first?.messages[0]?.content).toContain("Your working directory is");
    expect(first?.tools?.map(({ function: { name } }) => name)).not.toContain("task");
  });

  test("sub-agents of one turn work at the same time, and are told apart by their tasks", async () => {
    const bothWork = Promise.withResolvers<void>();
    let working = 0;
    const execution = await run(
      cast({
        [LEAD]: (turn) =>
          turn === 0
            ? { text: "", tools: ["one", "two"].map((what) => task("reader", `Print ${what}`)) }
            : { text: "Both." },
        [READER]: (turn, request) => {
          if (turn > 0) return { text: `Done: ${said(request)}` };
          if (++working === 2) bothWork.resolve();
          return { tools: [execute(`echo ${said(request)}`)], after: bothWork.promise };
        },
      }),
    );
    const { toolCalls = [], subAgentExecutions = [] } = execution.status ?? {};
    expect(subAgentsOf(execution)).toEqual(Array(2).fill(["reader", "COMPLETED"]));
    for (const { id, input, output } of subAgentExecutions) {
      expect(output).toBe(`Done: ${input}`);
      const own = toolCalls.filter((call) => call.componentMetadata?.metadata?.["subAgentExecutionId"] === id);
      expect(own.map(({ args }) => args?.["command"])).toEqual([`echo ${input}`]);
      expect(own[0]?.result).toContain(input);
    }
  });

  test("only so many sub-agents work at the same time, and the others wait as pending", async () => {
    const { ollama, user } = subject();
    const go = Promise.withResolvers<void>();
    ollama.converse(
      cast({
        [LEAD]: (turn) =>
          turn === 0
            ? {
                text: "",
                tools: Array.from({ length: MAX_PARALLEL_TASKS + 3 }, (_, file) => task("reader", `Read ${file}`)),
              }
            : { text: "All." },
        [READER]: () => ({ text: "Done.", after: go.promise }),
      }),
    );
    const execution = await user.begin(await user.session(AGENT), "Go");
    const count = ({ status }: AgentExecution, state: SubAgentStatus) =>
      status?.subAgentExecutions.filter((agent) => agent.status === state).length;
    await until("as many work as may", async () => {
      const state = await user.get(execution);
      return count(state, SubAgentStatus.SUB_AGENT_IN_PROGRESS) === MAX_PARALLEL_TASKS;
    });
    expect(count(await user.get(execution), SubAgentStatus.SUB_AGENT_PENDING)).toBe(3);
    go.resolve();
    const last = await user.ended(execution);
    expect(count(last, SubAgentStatus.SUB_AGENT_COMPLETED)).toBe(MAX_PARALLEL_TASKS + 3);
  });

  test("a sub-agent that fails ends its task alone", async () => {
    const execution = await run(
      cast({
        [LEAD]: (turn, { messages }) =>
          turn === 0
            ? { text: "", tools: [task("reader", "Read"), task("nobody", "Do nothing")] }
            : { text: messages.findLast(({ role }) => role === "tool")?.content ?? "" },
        [READER]: () => ({ text: "", stop: "length" }),
      }),
    );
    expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
    expect(execution.status?.subAgentExecutions).toMatchObject([
      {
        name: "reader",
        status: SubAgentStatus.SUB_AGENT_FAILED,
        output: "",
        error: expect.stringContaining("The model gave no answer"),
      },
      {
        name: "nobody",
        status: SubAgentStatus.SUB_AGENT_FAILED,
        error: "not executed: there is no sub-agent nobody",
      },
    ]);
  });

  test("a sub-agent that repeats a call is told to change its approach, and failing calls do not end it", async () => {
    const before = subject().ollama.requests.length;
    const execution = await run(
      cast({
        [LEAD]: (turn) => (turn === 0 ? { text: "", tools: [task("reader", "Look")] } : { text: "Enough." }),
        [READER]: (_, { messages }) =>
          messages.filter(({ role }) => role === "tool").length < 4
            ? { text: "", tools: [execute("exit 3")] }
            : { text: "I give up." },
      }),
    );
    expect(execution.status?.subAgentExecutions[0]).toMatchObject({
      output: "I give up.",
      metadata: { toolCalls: 4, failedToolCalls: 4 },
    });
    const advised = subject()
      .ollama.requests.slice(before)
      .filter((request) => said(request).includes("change your approach"));
    expect(advised.length).toBeGreaterThan(0);
    for (const { messages } of advised) expect(messages[0]?.content).toContain(READER);
  });

  test("an error of the model that the agent would meet too ends the execution, and every sub-agent", async () => {
    const { ollama } = subject();
    const failing = Promise.withResolvers<void>();
    const execution = await run(
      cast({
        [LEAD]: () => ({ text: "", tools: [task("reader", "Read"), task("writer", "Write")] }),
        [READER]: () => ({ status: 401, error: "who are you?" }),
        [WRITER]: () => {
          failing.resolve();
          return { text: "", tools: [execute("sleep 600")] };
        },
      }),
    );
    await failing.promise;
    expect(phaseOf(execution)).toBe("EXECUTION_FAILED");
    expect(execution.status?.error).toContain("Ollama refuses the API key");
    expect(subAgentsOf(execution)).toEqual([
      ["reader", "FAILED"],
      ["writer", "FAILED"],
    ]);
    for (const [, , state] of groupsOf(execution)) expect(state).toBe("FAILED");
    const asked = ollama.requests.length;
    // Whoever still worked would have asked by the time another execution has ended.
    await run(() => ({ text: "Hello." }));
    expect(ollama.requests.length).toBe(asked + 1);
  });

  test("secrets are masked in what sub-agents do, and the environment reaches their commands", async () => {
    const { ollama, user } = subject();
    ollama.converse(
      cast({
        [LEAD]: (turn) =>
          turn === 0 ? { text: "", tools: [task("reader", "Use s3cret-value")] } : { text: "It is s3cret-value." },
        [READER]: (turn) =>
          turn === 0
            ? { text: "", tools: [execute("echo $TOKEN $GREETING # s3cret-value")] }
            : { text: "The secret is s3cret-value." },
      }),
    );
    const execution = await user.ask(await user.session(AGENT), "Go", {
      runtimeEnv: { TOKEN: { value: "s3cret-value", isSecret: true }, GREETING: { value: "good-morning" } },
    });
    expect(execution.status?.subAgentExecutions[0]).toMatchObject({ input: "Use ***", output: "The secret is ***." });
    expect(execution.status?.toolCalls[1]?.result).toContain("*** good-morning");
    expect(
      toJsonString(AgentExecutionStatusSchema, execution.status ?? create(AgentExecutionStatusSchema)),
    ).not.toContain("s3cret-value");
  });

  test("the next message of a session finds the results of tasks, not the conversations of sub-agents", async () => {
    const { ollama, user } = subject();
    ollama.converse(
      cast({
        [LEAD]: (turn, request) =>
          turn === 0 && said(request).startsWith("First")
            ? { text: "", tools: [task("reader", "Read")] }
            : { text: "Done." },
        [READER]: (turn) =>
          turn === 0 ? { text: "private thoughts", tools: [execute("echo private")] } : { text: "The report." },
      }),
    );
    const session = await user.session(AGENT);
    await user.ask(session, "First");
    await user.ask(session, "Second");
    const memory = JSON.stringify(ollama.requests.at(-1)?.messages);
    expect(memory).toContain("The report.");
    expect(memory).not.toContain("private");
  });

  test("a definition that cannot work fails before the model is asked, with all that is wrong", async () => {
    const { ollama } = subject();
    const asked = ollama.requests.length;
    const execution = await run(() => ({ text: "Never said." }), {
      instructions: LEAD,
      subAgents: [
        { name: "Code Reviewer", mcpServers: ["github"] },
        { name: "reader", mcpToolSelections: { web: { enabledTools: ["fetch"] } } },
        { name: "reader" },
      ],
    });
    expect(phaseOf(execution)).toBe("EXECUTION_FAILED");
    for (const part of ['Call it "Code-Reviewer"', '"github"', '"web"', 'Several sub-agents are named "reader"'])
      expect(execution.status?.error).toContain(part);
    expect(ollama.requests.length).toBe(asked);
  });
}
