import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type AgentExecution, type AgentSpecSchema, MessageType, ToolCallStatus } from "../../../src/stigmer/index.ts";
import { until } from "../eventually.ts";
import type { Turn } from "../ollama-double.ts";
import { processesWith } from "../processes.ts";
import { phaseOf } from "../stigmer-user.ts";
import { type TemporaryFolder, temporaryFolder } from "../temporary-folder.ts";
import { callsOf, httpSpec, stdioSpec } from "./executions.ts";
import type { ExecutionWorld } from "./executions-contract.ts";
import { startHttpFault } from "./http-faults.ts";
import { newMark } from "./mark.ts";
import { shellServer } from "./shell-server.ts";

/** What executions do with servers that are programs, whatever these do, in each mode. */
export function stdioExecutionsContract(world: () => ExecutionWorld, { findsSessions = true } = {}): void {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const session = async (...mcpServers: NonNullable<MessageInitShape<typeof AgentSpecSchema>["mcpServers"]>) =>
    await world().user.session({ instructions: "You help.", mcpServers });
  /** The model makes these calls one after the other, then answers. */
  const calling = (...calls: (readonly [name: string, text: string])[][]) =>
    world().ollama.converse(
      (_, turn): Turn => ({
        text: calls[turn] === undefined ? "Done." : "",
        tools: (calls[turn] ?? []).map(([name, text]) => ({ name, args: { text } })),
      }),
    );
  const notices = ({ status }: AgentExecution) =>
    (status?.messages ?? []).filter(({ type }) => type === MessageType.MESSAGE_SYSTEM).map(({ content }) => content);
  const noneLeft = async (mark: string) =>
    await until("no process of the servers is left", async () => (await processesWith(mark)).length === 0);

  describe("an execution of an agent with servers that are programs", () => {
    test("says what is known of calls whose server ends or hangs, and repeats none", async () => {
      const record = (name: string) => join(folder.path, name);
      const mark = newMark();
      const id = await session(
        stdioSpec("ending", "ends in mid-call", mark, record("ending")),
        stdioSpec("hanging", "hangs in a call", mark, record("hanging")),
      );
      calling(
        [
          ["ending_echo", "first"],
          ["hanging_echo", "hang"],
        ],
        [["ending_echo", "second"]],
        [["hanging_echo", "third"]],
      );
      const execution = await world().user.ask(id, "Echo");
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      const unknown = "Unknown whether it was executed: the ";
      expect(callsOf(execution)).toEqual([
        ["ending_echo", "FAILED", expect.stringContaining(`${unknown}connection was lost before the server's answer.`)],
        ["hanging_echo", "FAILED", expect.stringContaining(`${unknown}server did not answer within 5.0 s.`)],
        ["ending_echo", "FAILED", expect.stringContaining('Not executed: the MCP server "ending" is not connected.')],
        ["hanging_echo", "COMPLETED", "echo: third"],
      ]);
      expect(callsOf(execution)[0]?.[2]).toContain("The server ended with exit code 9");
      expect(await readFile(record("ending"), "utf8")).toBe("call echo\n");
      expect(await readFile(record("hanging"), "utf8")).toBe("call echo\ncancelled\ncall echo\n");
      await noneLeft(mark);
    });

    test("goes on without one whose program does not exist, or not any more, and starts one anew that had ended", async () => {
      const program = join(folder.path, "server");
      await symlink(process.execPath, program);
      const { serverType, ...named } = stdioSpec("fragile", "ends in mid-call if it is told to");
      const fragile = { ...named, serverType: { ...serverType, value: { ...serverType.value, command: program } } };
      const missing = {
        name: "missing",
        serverType: { case: "stdio" as const, value: { command: "no-such-server", args: [], envPlaceholders: {} } },
      };
      const id = await session(fragile, missing);
      calling([["echo", "end"]], [["echo", "hi"]]);
      const first = await world().user.ask(id, "Echo");
      expect(callsOf(first)).toMatchObject([
        ["echo", "FAILED", expect.stringContaining("Unknown whether it was executed")],
        ["echo", "FAILED", expect.stringContaining("Not executed")],
      ]);
      const absent = `The MCP server "missing" is not available: There is no program 'no-such-server'`;
      expect(notices(first)).toEqual([expect.stringContaining(absent)]);

      calling([["echo", "hi"]]);
      const second = await world().user.ask(id, "Again");
      expect([phaseOf(second), callsOf(second)]).toEqual(["EXECUTION_COMPLETED", [["echo", "COMPLETED", "echo: hi"]]]);

      await unlink(program);
      const third = await world().user.ask(id, "And again");
      expect(phaseOf(third)).toBe("EXECUTION_COMPLETED");
      expect(notices(third)).toEqual([
        expect.stringContaining(`The MCP server "fragile" is not available: There is no program '${program}'`),
        expect.stringContaining(absent),
      ]);
      expect(callsOf(third)).toEqual([["echo", "FAILED", expect.stringMatching(/not a valid tool|not executed/i)]]);
      const prompt = world().ollama.requests.at(-1)?.messages[0]?.content ?? "";
      expect(prompt).toContain("fragile");
    });

    test("that is in a container is told what to use instead where there is no engine", async () => {
      const container = {
        name: "contained",
        serverType: { case: "docker" as const, value: { image: "mcp/fetch", args: [], envPlaceholders: {} } },
      };
      const id = await session(container, stdioSpec("program", "none"));
      calling([["echo", "hi"]]);
      const runtimeEnv = { DOCKER_HOST: { value: "unix:///no/such/socket", isSecret: false } };
      const execution = await world().user.ask(id, "Echo", { runtimeEnv });
      expect([phaseOf(execution), callsOf(execution)]).toEqual([
        "EXECUTION_COMPLETED",
        [["echo", "COMPLETED", "echo: hi"]],
      ]);
      const [notice, ...others] = notices(execution);
      expect(notice).toStartWith('The MCP server "contained" is not available: ');
      expect(notice).toContain("Use a server of type stdio or http instead");
      expect(others).toEqual([]);
    });

    test("works with 50 of them", async () => {
      const mark = newMark();
      const names = Array.from({ length: 50 }, (_, index) => `server-${index}`);
      const { command, args } = shellServer({ mark });
      const value = { command, args, envPlaceholders: {} };
      const id = await session(...names.map((name) => ({ name, serverType: { case: "stdio" as const, value } })));
      calling(names.map((name) => [`${name}_echo`, name] as const));
      const execution = await world().user.ask(id, "Echo");
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      expect(callsOf(execution)).toEqual(names.map((name) => [`${name}_echo`, "COMPLETED", "echo"]));
      expect(notices(execution)).toEqual([]);
      await noneLeft(mark);
    });

    test("leaves none of their processes", async () => {
      const mark = newMark();
      const hiding = findsSessions ? [stdioSpec("hiding", "starts processes that outlive it", mark)] : [];
      const id = await session(
        stdioSpec("good", "none", mark),
        stdioSpec("deaf", "ignores SIGTERM and the end of its input", mark),
        ...hiding,
      );
      let seen: Promise<string[]> | undefined;
      world().ollama.converse(() => {
        seen = processesWith(mark);
        // The execution goes on when they were looked at.
        return { text: "Done.", after: seen };
      });
      expect(phaseOf(await world().user.ask(id, "Hi"))).toBe("EXECUTION_COMPLETED");
      // Nobody is told that an execution has ended before its processes are gone.
      expect(await processesWith(mark)).toEqual([]);
      expect((await seen)?.length).toBeGreaterThanOrEqual(2);
    });

    test("that is cancelled in mid-call cancels the call, repeats nothing, and leaves nothing", async () => {
      const mark = newMark();
      const record = join(folder.path, "cancelled");
      using server = startHttpFault("a stream that never ends");
      const id = await session(stdioSpec("program", "hangs in a call", mark, record), httpSpec("web", server.url));
      calling([
        ["program_echo", "hang"],
        ["web_echo", "hang"],
      ]);
      const execution = await world().user.begin(id, "Echo");
      await until("both are called", async () => {
        const isCalled = await readFile(record, "utf8").catch(() => "");
        return isCalled !== "" && server.record.includes("call echo");
      });
      await world().cancel(execution);
      const ended = await world().user.ended(execution);
      expect(phaseOf(ended)).toBe("EXECUTION_CANCELLED");
      expect(ended.status?.toolCalls.map(({ status }) => ToolCallStatus[status])).toEqual([
        "TOOL_CALL_FAILED",
        "TOOL_CALL_FAILED",
      ]);
      await noneLeft(mark);
      expect(await readFile(record, "utf8")).toBe("call echo\ncancelled\n");
      await until("the session is over", () => server.record.includes("DELETE"));
      expect(server.record).toEqual(["initialize", "call echo", "cancelled", "DELETE"]);
    });
  });
}
