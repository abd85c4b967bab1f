import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Sandbox, SandboxHandle } from "../../../src/sandbox/index.ts";
import { collectedLog } from "../collected-log.ts";
import { until } from "../eventually.ts";
import { processesWith } from "../processes.ts";
import { type OpenSubject, printed, type Subject } from "../sandbox-contract/subject.ts";
import { agentWith, Connected, SECRET, stdioServer } from "./connect.ts";
import { newMark } from "./mark.ts";
import type { StdioFaultName } from "./stdio-faults.ts";

/** A limit that a test waits for. */
const SHORT_MS = 3_000;

/** How servers on standard input and output are used, whatever they do, in every kind of sandbox that has programs. */
export function stdioContract(kind: string, open: OpenSubject, { findsSessions = true } = {}): void {
  describe(`a stdio server in a ${kind} sandbox`, () => {
    let subject: Subject;
    let handle: SandboxHandle;
    let sandbox: Sandbox;
    beforeEach(async () => {
      subject = await open({ commandTimeoutMs: 60_000 });
      handle = await subject.acquire();
      ({ sandbox } = handle);
    });
    afterEach(async () => await subject.close());

    const connect = async (fault: StdioFaultName, deps: Parameters<typeof Connected.open>[2] = {}, mark = newMark()) =>
      await Connected.open(agentWith(stdioServer(fault, {}, mark)), sandbox, deps);
    const recorded = async () => (await printed(sandbox, "cat record 2>/dev/null")).split("\n").filter(Boolean);

    describe("is not available, and says why, if it", () => {
      const short = { connectLimitMs: SHORT_MS };
      test.each<[StdioFaultName, string, Parameters<typeof Connected.open>[2]]>([
        ["no answer to initialize", "It did not answer within 3.0 s.", short],
        ["an error as the answer to initialize", "It refused the connection: no licence for ***", {}],
        ["an unknown protocol version", "protocol version is not supported: 1999-01-01", {}],
        ["no valid answer to initialize", "initialize is not valid", {}],
        [
          "ends at once",
          "The server ended with exit code 3. The end of its standard error: cannot read ***\nmissing configuration",
          {},
        ],
        ["hangs in tools/list", "did not name its tools within 3.0 s", short],
        ["the same page again and again", "it gives the same page again", {}],
      ])("has the fault: %s", async (fault, reason, deps) => {
        await using connected = await connect(fault, deps);
        expect(connected.reason).toContain(reason);
        expect(connected.servers.notices[0]).toStartWith('The MCP server "faulty" is not available: ');
        expect(connected.servers.notices[0]).toMatch(/[.!?…)] The agent works without its tools\.$/);
        expect(connected.servers.notices.join()).not.toContain(SECRET);
        expect(connected.names()).toEqual([]);
      });

      test("does not exist", async () => {
        const agent = agentWith(stdioServer("none", { command: "no-such-server" }));
        await using connected = await Connected.open(agent, sandbox);
        expect(connected.reason).toContain("There is no program 'no-such-server'");
      });

      test("has a working directory that does not exist", async () => {
        const agent = agentWith(stdioServer("none", { workingDirectory: "nowhere" }));
        await using connected = await Connected.open(agent, sandbox);
        expect(connected.reason).toContain("its working directory 'nowhere' does not exist");
      });
    });

    describe("can be used in spite of", () => {
      test.each<[StdioFaultName]>([
        ["none"],
        ["answers twice"],
        ["output that is no JSON"],
        ["a flood of output that is no JSON"],
        ["a flood of standard error"],
        ["ignores SIGTERM and the end of its input"],
        ["starts processes that outlive it"],
        ["reports progress and logs"],
      ])("the fault: %s", async (fault) => {
        await using connected = await connect(fault);
        expect(await connected.call()).toEqual({ text: "echo: hello", failure: undefined });
        expect(await recorded()).toEqual(["call echo"]);
      });
    });

    describe("whose call fails says what is known of it:", () => {
      const short = { callLimitMs: SHORT_MS };
      test.each<[StdioFaultName, string, Parameters<typeof Connected.open>[2]]>([
        [
          "ends in mid-call",
          "Unknown whether it was executed: the connection was lost before the server's answer. The server ended with exit code 9",
          {},
        ],
        [
          "ends in mid-call, but its output stays open",
          "Unknown whether it was executed: the connection was lost before the server's answer. The server ended with exit code 9",
          {},
        ],
        [
          "a flood of requests whose answers it does not read",
          "Unknown whether it was executed: the server did not answer within 3.0 s.",
          short,
        ],
        ["a flood of notifications", "Unknown whether it was executed: the server did not answer within 3.0 s.", short],
        ["ends in mid-answer", "Unknown whether it was executed: the connection was lost", {}],
        ["closes its output, but runs on", "Unknown whether it was executed: the connection was lost", {}],
        [
          "the answer has another id",
          "Unknown whether it was executed: the server did not answer within 3.0 s.",
          short,
        ],
        [
          "a result of 100 MB",
          "Unknown whether it was executed: the connection was lost before the server's answer. The server sent a message of more than 64 MiB, and was stopped.",
          {},
        ],
        [
          "a result that is none",
          "Unknown whether it was executed: the server answered, but its answer cannot be read.",
          {},
        ],
        ["a result that says that it failed", "Failed: no such city", {}],
        ["the error invalid params", "Not executed: the server answers with an error: text is too short.", {}],
        ["an internal error", "Failed: the server answers with an error: it broke.", {}],
      ])("%s", async (fault, text, deps) => {
        await using connected = await connect(fault, deps);
        const called = await connected.call();
        expect(called.text).toStartWith(text);
        expect(called.failure).toBe(called.text);
        expect((await recorded()).filter((line) => line === "call echo")).toEqual(["call echo"]);
      });
    });

    test("that has ended is not started again: its state is lost", async () => {
      await using connected = await connect("ends in mid-call");
      await connected.call();
      const { text } = await connected.call();
      expect(text).toStartWith(
        'Not executed: the MCP server "faulty" is not connected. The server ended with exit code 9',
      );
      expect(await recorded()).toEqual(["call echo"]);
    });

    test("that does not answer a call is told that it is cancelled, and can be called again", async () => {
      await using connected = await connect("hangs in a call", { callLimitMs: SHORT_MS });
      expect((await connected.call("echo", { text: "hang" })).text).toStartWith("Unknown whether it was executed");
      expect((await connected.call()).text).toBe("echo: hello");
      expect(await recorded()).toEqual(["call echo", "cancelled", "call echo"]);
    });

    test("is told that a call is cancelled when the execution is", async () => {
      const controller = new AbortController();
      await using connected = await connect("hangs in a call", { signal: controller.signal });
      const called = connected.call("echo", { text: "hang" });
      await until("it was called", async () => (await recorded()).length > 0);
      controller.abort(new Error("cancelled by the user"));
      await expect(called).rejects.toThrow("cancelled by the user");
      await until("it was told", async () => (await recorded()).includes("cancelled"));
    });

    test("is not waited for when the execution is cancelled while it connects", async () => {
      const controller = new AbortController();
      const connecting = connect("no answer to initialize", { signal: controller.signal });
      controller.abort(new Error("cancelled by the user"));
      await expect(connecting).rejects.toThrow("cancelled by the user");
    });

    test("may have 10,000 tools; further ones and further pages are left out, and the user is told", async () => {
      await using many = await connect("10,000 tools");
      expect([many.names().length, many.servers.notices]).toEqual([10_000, []]);
      await using more = await connect("10,001 tools");
      expect(more.names().length).toBe(10_000);
      expect(more.servers.notices[0]).toContain("more than 10000 tools");
      await using endless = await connect("an endless list of pages");
      expect(endless.names().length).toBe(100);
      expect(endless.servers.notices[0]).toContain("more than 100 pages");
    });

    test("loses the tools whose definitions cannot be used, and the user is told", async () => {
      await using connected = await connect("entries in its list that are no tools");
      expect(connected.names()).toEqual(["echo", "plain"]);
      expect(connected.servers.notices.join("\n")).toContain("2 tools that cannot be used");
      expect(connected.servers.notices.join("\n")).toContain('The tool bad of the MCP server "faulty" is left out');
    });

    test("may change its tools: definitions, new ones and those that are gone", async () => {
      await using connected = await connect("changes its tools");
      const [echo] = connected.servers.select().initial;
      expect(await connected.currentNames()).toEqual(["echo", "old"]);
      expect((await connected.call("old")).text).toBe("called old");
      await until("the tools have changed", async () => (await connected.currentNames()).includes("new"));
      expect(await connected.currentNames()).toEqual(["echo", "new"]);
      expect(echo?.tool.description).toBe("Changed.");
      expect(Object.keys((echo?.tool.schema as { properties?: object } | undefined)?.properties ?? {})).toEqual([
        "text",
        "loud",
      ]);
      expect((await connected.call("old")).text).toBe(
        'Not executed: the MCP server "faulty" does not have the tool old any more.',
      );
    });

    test("learns the root of the sandbox, and that there is no model and nobody to ask", async () => {
      await using connected = await connect("asks the client for things");
      const { text } = await connected.call();
      expect(text).toContain(`ask roots/list: {"roots":[{"uri":"file://${sandbox.root}","name":"workspace"}]}`);
      expect(text).toContain("ask ping: {}");
      for (const method of ["sampling/createMessage", "elicitation/create", "no/such"])
        expect(text).toContain(`ask ${method}: {"code":-32601`);
    });

    test("reports progress and logs at debug level", async () => {
      const { log, lines } = collectedLog();
      await using connected = await connect("reports progress and logs", { log });
      await connected.call();
      const text = lines.join("\n");
      expect(text).toContain("half of it");
      expect(text).toContain("a word of warning");
      expect(await printed(sandbox, "cat record.levels")).toBe("debug");
    });

    test("may give parts that the protocol does not know", async () => {
      await using connected = await connect("a result with unknown parts");
      expect((await connected.call()).text).toBe('{"type":"hologram","depth":3}\nand text');
    });

    describe("leaves no process behind", () => {
      test.each<[StdioFaultName]>([["none"], ["ignores SIGTERM and the end of its input"], ["hangs in a call"]])(
        "when it is closed, with the fault: %s",
        async (fault) => {
          const mark = newMark();
          const connected = await connect(fault, {}, mark);
          expect(await processesWith(mark)).not.toEqual([]);
          await connected.servers.close();
          await until("it has ended", async () => (await processesWith(mark)).length === 0);
        },
      );

      // A remote sandbox does not find processes that start a session of their own: see docs/sandboxes.md.
      if (!findsSessions) return;
      test("when the sandbox is released, even if it starts processes that hide", async () => {
        const mark = newMark();
        await using _ = await connect("starts processes that outlive it", {}, mark);
        await until("they run", async () => (await processesWith(`sleep ${mark}`)).length >= 2);
        await handle.release();
        await until("they have ended", async () => (await processesWith(mark)).length === 0);
      });
    });
  });
}
