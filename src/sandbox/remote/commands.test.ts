import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { pause, until } from "../../../test/support/eventually.ts";
import { LocalHost } from "../../../test/support/local-host.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { SandboxError } from "../sandbox-error.ts";
import { RemoteCommands } from "./commands.ts";
import { RemoteShell } from "./remote-shell.ts";

let folder: TemporaryFolder;
let host: LocalHost;
let local: LocalHost;
let commands: RemoteCommands;
const { signal } = new AbortController();

beforeEach(async () => {
  folder = await temporaryFolder();
  host = new LocalHost(folder.path);
  local = new LocalHost(folder.path);
  const shell = new RemoteShell(host, "sbx-1", signal);
  commands = new RemoteCommands(shell, { root: folder.path, timeoutMs: 60_000, environment: {} });
});
afterEach(async () => {
  host.run = (script, options) => local.run(script, options);
  await commands.stopAll();
  await folder[Symbol.asyncDispose]();
});

async function beat(): Promise<string> {
  const file = Bun.file(`${folder.path}/beat`);
  return (await file.exists()) ? await file.text() : "";
}

/** Writes to a file again and again. */
const BEAT = "trap '' TERM; while sleep 0.1; do date +%N >beat; done";

/** The host loses the connection once the command runs. @param rest what becomes of later requests */
function loseConnection(rest: LocalHost["run"]): void {
  host.run = async (script, options) => {
    host.run = rest;
    void local.run(script, options).catch(() => undefined);
    await until("the command runs", async () => (await beat()) !== "");
    throw new SandboxError("unavailable", "The connection was lost.");
  };
}

describe("after an error of the host", () => {
  test("the command is stopped, and the message says so", async () => {
    loseConnection((script, options) => local.run(script, options));
    await expect(commands.run(BEAT, {}, signal)).rejects.toThrow(
      "The connection was lost. The command was stopped; it may have done a part of its work.",
    );
    const last = await beat();
    await pause(500);
    expect(await beat()).toBe(last);
  });

  test("the message says that the command may still be running if it could not be stopped", async () => {
    loseConnection(() => Promise.reject(new SandboxError("unavailable", "There is no connection.")));
    await expect(commands.run(BEAT, {}, signal)).rejects.toThrow(
      "The connection was lost. The command may still be running: check this before you run it again.",
    );
  });

  test("a start that arrives later does not run the command", async () => {
    let late = () => Promise.resolve();
    host.run = async (script, options) => {
      host.run = (next, others) => local.run(next, others);
      late = async () => void (await local.run(script, options));
      throw new SandboxError("unavailable", "The connection was lost.");
    };
    await expect(commands.run("echo ran >beat", {}, signal)).rejects.toThrow("The command was stopped");
    await late();
    await pause(300);
    expect(await beat()).toBe("");
  });

  test("a command whose supervisor has not run it yet is not run", async () => {
    host.run = async (script, options) => {
      host.run = (next, others) => local.run(next, others);
      const slow = script.replace("_r_environment=", "sleep 1; _r_environment=");
      expect(slow).not.toBe(script);
      void local.run(slow, options).catch(() => undefined);
      const dir = /^set -- '([^']+)'/m.exec(script)?.[1];
      await until("there is a supervisor", () => Bun.file(`${dir}/supervisor`).exists());
      throw new SandboxError("unavailable", "The connection was lost.");
    };
    await expect(commands.run("echo ran >beat", {}, signal)).rejects.toThrow("The command was stopped");
    await pause(1_500);
    expect(await beat()).toBe("");
  });
});
