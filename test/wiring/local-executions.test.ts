import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AgentExecutionQueryController, MessageType, SubAgentStatus, ToolCallStatus } from "../../src/stigmer/index.ts";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";

let world: LocalWorld;
beforeAll(async () => {
  world = await localWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const COMPLETED = "EXECUTION_COMPLETED";
const FAILED = "EXECUTION_FAILED";

describe("an execution in local mode", () => {
  test("has one message for the user's text, each turn, each call and the answer", async () => {
    const execution = await world.run("Make hello.txt", (_, turn) =>
      [
        { text: "I write it.", tools: [{ name: "write_file", args: { file_path: "hello.txt", content: "hello\n" } }] },
        {
          text: "I look.",
          tools: [
            { name: "execute", args: { command: "cat hello.txt" } },
            { name: "execute", args: { command: "cat hello.txt" } },
            { name: "read_file", args: { file_path: "hello.txt" } },
          ],
        },
        { text: "All is well." },
      ].at(turn),
    );
    const { status } = execution;
    expect(phaseOf(execution)).toBe(COMPLETED);
    expect(status?.messages.map(({ type, content }) => [MessageType[type], content])).toEqual([
      ["MESSAGE_HUMAN", "Make hello.txt"],
      ["MESSAGE_AI", "I write it."],
      ["MESSAGE_TOOL", "write_file: hello.txt"],
      ["MESSAGE_AI", "I look."],
      ["MESSAGE_TOOL", "execute: cat\n$ cat hello.txt"],
      ["MESSAGE_TOOL", "execute: cat\n$ cat hello.txt"],
      ["MESSAGE_TOOL", "read_file: hello.txt"],
      ["MESSAGE_AI", "All is well."],
    ]);
    expect(status?.toolCalls.map(({ name, status: state }) => [name, ToolCallStatus[state]])).toEqual([
      ["write_file", "TOOL_CALL_COMPLETED"],
      ["execute", "TOOL_CALL_COMPLETED"],
      ["execute", "TOOL_CALL_COMPLETED"],
      ["read_file", "TOOL_CALL_COMPLETED"],
    ]);
    expect(status?.messages.flatMap(({ toolCalls }) => toolCalls)).toEqual(status?.toolCalls ?? []);
    expect(status?.toolCalls[1]?.result).toContain("hello");
    expect(new Set(status?.toolCalls.map(({ id }) => id)).size).toBe(4);
    expect(status?.toolCalls[0]?.componentMetadata).toMatchObject({
      componentType: "editor",
      componentGroup: "main-agent-tools",
    });
    expect(Date.parse(status?.completedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(status?.startedAt ?? ""));
    expect(status?.error).toBe("");
    expect(await readFile(join(world.workspace, "hello.txt"), "utf8")).toBe("hello\n");
  });

  test("tells the model its directory and its organization", async () => {
    await world.run("Who am I?", () => ({ text: "You." }));
    const messages = world.ollama.requests.at(-1)?.messages ?? [];
    expect(messages[0]?.content).toStartWith("You help.");
    expect(messages[0]?.content).toContain(world.workspace);
    expect(messages.at(-1)?.content).toBe("Who am I?\n\nOrganization: acme");
  });

  test("is in progress, with the user's message, before the model is called", async () => {
    const before = world.ollama.requests.length;
    const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
    world.ollama.converse(() => ({ text: "Late.", after: goesOn }));
    const execution = await world.begin(await world.session(), "Wait");
    await until("the model is asked", () => world.ollama.requests.length > before);
    const value = execution.metadata?.id ?? "";
    const now = await world.client.call(AgentExecutionQueryController.method.get, { value });
    expect(phaseOf(now)).toBe("EXECUTION_IN_PROGRESS");
    expect(now.status?.messages.map(({ content }) => content)).toEqual(["Wait"]);
    expect(now.status?.startedAt).not.toBe("");
    goOn();
    await world.follow(execution);
  });

  test("shows a message only when it is complete, and never changes it", async () => {
    world.ollama.converse((_, turn) =>
      turn === 0
        ? { text: "One two three four five six seven eight nine ten.", pace: 60, tools: [{ name: "ls", args: {} }] }
        : { text: "Eleven." },
    );
    const states = await world.follow(await world.begin(await world.session(), "Count"));
    const shown = new Map<number, Set<string>>();
    for (const { status } of states) {
      for (const [index, { content }] of (status?.messages ?? []).entries()) {
        shown.set(index, (shown.get(index) ?? new Set()).add(content));
      }
    }
    expect([...shown.values()].map((contents) => contents.size)).toEqual([1, 1, 1, 1]);
  });

  test("keeps the text of a sub-agent out of the conversation", async () => {
    const execution = await world.run("Delegate", (request, turn) => {
      const isSubAgent = !(request.tools ?? []).some((tool) => tool.function.name === "task");
      if (isSubAgent)
        return turn === 0 ? { text: "Sub speaks.", tools: [{ name: "ls", args: {} }] } : { text: "Sub is done." };
      return turn === 0
        ? { text: "Go.", tools: [{ name: "task", args: { description: "do it", subagent_type: "general-purpose" } }] }
        : { text: "It is done." };
    });
    expect(execution.status?.messages.map(({ content }) => content)).toEqual([
      "Delegate",
      "Go.",
      "task: general-purpose — do it",
      "It is done.",
    ]);
    const [agent] = execution.status?.subAgentExecutions ?? [];
    expect(agent).toMatchObject({
      name: "general-purpose",
      input: "do it",
      output: "Sub is done.",
      status: SubAgentStatus.SUB_AGENT_COMPLETED,
    });
    expect(agent?.id).toBe(execution.status?.toolCalls[0]?.id ?? "");
  });

  test("names an MCP server that is not available to the user and to the agent, and works without it", async () => {
    world.ollama.converse(() => ({ text: "Done." }));
    const session = await world.session({
      mcpServers: [{ name: "files", serverType: { case: "stdio", value: { command: "no-such-server" } } }],
      subAgents: [{ name: "scout", instructions: "You look." }],
    });
    const execution = (await world.follow(await world.begin(session, "Hi"))).at(-1);
    expect(execution && phaseOf(execution)).toBe(COMPLETED);
    expect(execution?.status?.messages.map(({ type, content }) => [MessageType[type], content])).toEqual([
      ["MESSAGE_HUMAN", "Hi"],
      ["MESSAGE_SYSTEM", expect.stringContaining('The MCP server "files" is not available: There is no program')],
      ["MESSAGE_AI", "Done."],
    ]);
    const system = world.ollama.requests.at(-1)?.messages.find(({ role }) => role === "system");
    expect(system?.content).toContain('The MCP server "files" is not available, so you do not have its tools');
  });

  test("two executions of a session share a thread and run one after the other", async () => {
    const session = await world.session();
    const seen: string[][] = [];
    world.ollama.converse(({ messages }) => {
      seen.push(messages.filter(({ role }) => role !== "system").map(({ content }) => content.split("\n", 1)[0] ?? ""));
      return { text: "Noted.", delay: 300 };
    });
    const [first, second] = await Promise.all([world.begin(session, "I am Ada"), world.begin(session, "Who am I?")]);
    const [ended, endedToo] = await Promise.all([world.follow(first), world.follow(second)]);
    expect([ended.at(-1), endedToo.at(-1)].map((state) => state && phaseOf(state))).toEqual([COMPLETED, COMPLETED]);
    expect(seen.map((messages) => messages.length).sort()).toEqual([1, 3]);
    expect(seen.at(-1)?.[1]).toBe("Noted.");
  });

  test("a model that fails ends the execution with what to do", async () => {
    const missing = await world.run("Hi", () => ({ text: "never" }), {
      executionConfig: { modelName: "ollama:llama3.2" },
    });
    expect(phaseOf(missing)).toBe(FAILED);
    expect(missing.status?.error).toContain("ollama pull llama3.2:3b");
    // Readers print the error after the messages: as one of them it would be printed twice.
    expect(missing.status?.messages.map(({ type }) => MessageType[type])).toEqual(["MESSAGE_HUMAN"]);

    const broken = await world.run("Hi", () => ({ status: 500, error: "out of memory" }));
    expect(phaseOf(broken)).toBe(FAILED);
    expect(broken.status?.error).toContain("out of memory");

    const keyless = await world.run("Hi", () => ({ text: "never" }), {
      executionConfig: { modelName: "claude-sonnet-4.5" },
    });
    expect(keyless.status?.error).toContain("ANTHROPIC_API_KEY");
  });
});
