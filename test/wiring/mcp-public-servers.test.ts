/** Servers that others wrote. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import type { McpServer } from "../../src/definition/index.ts";
import { until } from "../support/eventually.ts";
import { agentWith, Connected, httpServer } from "../support/mcp/connect.ts";
import { newMark } from "../support/mcp/mark.ts";
import { processesWith } from "../support/processes.ts";
import { requirement } from "../support/requirement.ts";
import { fileSandbox } from "../support/sandbox-contract/file-sandbox.ts";

const packages = join(import.meta.dir, "../../node_modules/@modelcontextprotocol");
const everything = join(packages, "server-everything/dist/index.js");
/** `scripts/test wiring` installs it, if it can. */
const timeServer = join(homedir(), ".cache/agent-runner/mcp-server-time/bin/mcp-server-time");

const sandbox = fileSandbox();

const program = (name: string, command: string, ...args: string[]): McpServer => ({
  kind: "stdio",
  name,
  command,
  args,
  env: {},
  enabledTools: [],
  workingDirectory: "",
});

async function expectEverything(server: McpServer): Promise<void> {
  await using connected = await Connected.open(agentWith(server), sandbox());
  expect(connected.servers.notices).toEqual([]);
  expect(await connected.call("echo", { message: "ü €" })).toEqual({ text: "Echo: ü €", failure: undefined });
  expect((await connected.call("get-sum", { a: 2, b: 3 })).text).toContain("5");
  expect((await connected.call("get-tiny-image", {})).text).toContain("[image/png]");
  expect((await connected.call("get-structured-content", { location: "New York" })).text).toContain("temperature");
  expect((await connected.call("get-resource-links", { count: 2 })).text).toContain("[Link to the resource");
  const progress = await connected.call("trigger-long-running-operation", { duration: 0.2, steps: 2 });
  expect(progress.failure).toBeUndefined();
  await expect(connected.call("get-sum", { a: "x" })).rejects.toThrow("did not match expected schema");
}

describe("the reference server with tools of every kind", () => {
  test("works as a program", async () => {
    await expectEverything(program("everything", process.execPath, everything, "stdio"));
  });

  for (const [transport, path] of [
    ["streamableHttp", "mcp"],
    ["sse", "sse"],
  ] as const) {
    test(`works over ${transport}`, async () => {
      const [port = 0] = await freePorts(1);
      const child = Bun.spawn([process.execPath, everything, transport], {
        env: { PATH: process.env["PATH"], PORT: String(port) },
        stdio: ["ignore", "ignore", "ignore"],
      });
      try {
        const url = `http://127.0.0.1:${port}/${path}`;
        await until("it listens", () => fetch(new URL("/", url)).then(Boolean, () => false));
        await expectEverything(httpServer(url));
      } finally {
        child.kill("SIGKILL");
        await child.exited;
      }
    });
  }
});

test("the reference server for files works, in the root that the client names", async () => {
  const args = [join(packages, "server-filesystem/dist/index.js"), sandbox().root];
  await using connected = await Connected.open(agentWith(program("files", process.execPath, ...args)), sandbox());
  // The names of the runner's own tools are not given twice.
  expect(connected.names()).toContain("files_write_file");
  const path = `${sandbox().root}/hello.txt`;
  expect((await connected.call("files_write_file", { path, content: "hello" })).failure).toBeUndefined();
  expect(new TextDecoder().decode(await sandbox().readFile("hello.txt"))).toBe("hello");
  expect((await connected.call("read_text_file", { path })).text).toBe("hello");
  expect((await connected.call("read_text_file", { path: "/etc/passwd" })).text).toStartWith("Failed: ");
});

describe.if(requirement(existsSync(timeServer), `a server in Python: ${timeServer} is missing`))(
  "a server in Python",
  () => {
    test("works", async () => {
      await using connected = await Connected.open(agentWith(program("time", timeServer)), sandbox());
      const { text, failure } = await connected.call("get_current_time", { timezone: "Europe/Berlin" });
      expect(failure).toBeUndefined();
      expect(text).toContain("Europe/Berlin");
      expect((await connected.call("get_current_time", { timezone: "No/Where" })).text).toStartWith("Failed: ");
    });
  },
);

test("no server is left when the runner is killed", async () => {
  const support = join(import.meta.dir, "../support");
  const fault = "ignores SIGTERM and the end of its input";
  const mark = newMark();
  const script = `import { agentWith, Connected, stdioServer } from ${JSON.stringify(join(support, "mcp/connect.ts"))};
import { openFilesystem } from ${JSON.stringify(join(support, "sandbox-contract/subjects.ts"))};
const subject = await openFilesystem({ commandTimeoutMs: 60_000 });
const { sandbox } = await subject.acquire();
const server = stdioServer(${JSON.stringify(fault)}, {}, ${JSON.stringify(mark)});
const connected = await Connected.open(agentWith(server), sandbox);
console.log(connected.reason);`;
  const runner = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", cwd: import.meta.dir });
  const { value } = await runner.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("it is available\n");
  const server = `${fault} ${mark}`;
  expect(await processesWith(server)).not.toEqual([]);
  runner.kill("SIGKILL");
  await until("it has ended", async () => (await processesWith(server)).length === 0);
});
