import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { TodoStatus, ToolCallStatus } from "../../src/stigmer/index.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";

let world: LocalWorld;
beforeAll(async () => {
  world = await localWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("an execution in local mode", () => {
  test("a tool that fails is FAILED, the agent is told why, and the run continues", async () => {
    const execution = await world.run("Break things", (_, turn) =>
      [
        {
          text: "",
          tools: [
            { name: "read_file", args: { file_path: "/etc/passwd" } },
            { name: "execute", args: { command: "echo oops >&2; exit 3" } },
            { name: "edit_file", args: { file_path: "none.txt", old_string: "a", new_string: "b" } },
            { name: "no_such_tool", args: {} },
            { name: "read_file", args: { wrong: true } },
          ],
        },
        { text: "I could not." },
      ].at(turn),
    );
    expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
    const calls = execution.status?.toolCalls ?? [];
    expect(calls.map(({ status }) => ToolCallStatus[status])).toEqual(Array(5).fill("TOOL_CALL_FAILED"));
    expect(calls[0]?.error).toContain("outside of the workspace");
    expect(calls[1]?.error).toBe("exit code 3");
    expect(calls[1]?.result).toContain("oops");
    expect(calls[2]?.error).toContain("'none.txt' does not exist");
    expect(calls[3]?.error).toBe("not executed: there is no tool no_such_tool");
    expect(calls[4]?.error).toContain("file_path");
    const told = world.ollama.requests.at(-1)?.messages.filter(({ role }) => role === "tool") ?? [];
    expect(told.map(({ content }) => content.includes("root:"))).toEqual(Array(5).fill(false));
    expect(told[0]?.content).toContain("outside of the workspace");
  });

  test("keeps the agent's todos", async () => {
    const todos = (first: string, second: string) => [
      { content: "look", status: first },
      { content: "leap", status: second },
    ];
    const execution = await world.run("Plan", (_, turn) =>
      [
        { text: "", tools: [{ name: "write_todos", args: { todos: todos("in_progress", "pending") } }] },
        { text: "", tools: [{ name: "write_todos", args: { todos: todos("completed", "in_progress") } }] },
        { text: "Planned." },
      ].at(turn),
    );
    expect(
      Object.values(execution.status?.todos ?? {}).map(({ id, content, status }) => [id, content, TodoStatus[status]]),
    ).toEqual([
      ["todo-1", "look", "TODO_COMPLETED"],
      ["todo-2", "leap", "TODO_IN_PROGRESS"],
    ]);
  });

  test("gives commands the execution's environment and none of the runner's, and masks secrets everywhere", async () => {
    const execution = await world.run(
      "Print",
      (_, turn) =>
        turn === 0
          ? {
              text: "My secret is s3cret-value!",
              tools: [{ name: "execute", args: { command: "echo $GREETING $TOKEN; env" } }],
            }
          : { text: "The token was s3cret-value." },
      { runtimeEnv: { GREETING: { value: "good-morning" }, TOKEN: { value: "s3cret-value", isSecret: true } } },
    );
    const text = JSON.stringify(execution.status?.messages.concat(execution.status.messages));
    expect(execution.status?.toolCalls[0]?.result).toContain("good-morning ***");
    expect(execution.status?.messages.at(-1)?.content).toBe("The token was ***.");
    expect(text).not.toContain("s3cret-value");
    expect(execution.status?.toolCalls[0]?.result).not.toContain("STIGMER_");
    expect(world.log.join("")).not.toContain("s3cret-value");
  });

  test("an agent that repeats a call is told to change its approach", async () => {
    await world.run("Loop", (_, turn) =>
      turn < 4 ? { text: "", tools: [{ name: "ls", args: { path: "/" } }] } : { text: "Enough." },
    );
    const users = world.ollama.requests.at(-1)?.messages.filter(({ role }) => role === "user") ?? [];
    expect(users.filter(({ content }) => content.includes("change your approach")).length).toBe(1);
  });

  test("long results are cut in the status and kept in the sandbox", async () => {
    const execution = await world.run("Talk", (_, turn) =>
      turn === 0 ? { text: "", tools: [{ name: "execute", args: { command: "seq 1 40000" } }] } : { text: "Long." },
    );
    const { result = "" } = execution.status?.toolCalls[0] ?? {};
    expect(result.length).toBeLessThan(11_000);
    const file = /the whole result is in (\S+\.txt)/.exec(result)?.[1] ?? "";
    expect(file).toStartWith(world.workspace);
    expect(await readFile(file, "utf8")).toContain("\n20000\n");
    const told = world.ollama.requests.at(-1)?.messages.find(({ role }) => role === "tool")?.content ?? "";
    expect(told).toContain(file);
  });

  test("the agent is told that a long result cannot be kept", async () => {
    const command =
      "mkdir -p .agent-runner; rm -rf .agent-runner/tool-results; touch .agent-runner/tool-results; seq 1 40000";
    await world.run("Talk", (_, turn) =>
      turn === 0 ? { text: "", tools: [{ name: "execute", args: { command } }] } : { text: "Long." },
    );
    const told = world.ollama.requests.at(-1)?.messages.find(({ role }) => role === "tool")?.content ?? "";
    expect(told).toMatch(/\[… \d+ characters cut\. It could not be kept in a file: ask for the part you need\. …\]/);
  });
});
