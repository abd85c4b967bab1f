import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { pause, until } from "../../../test/support/eventually.ts";
import { LocalHost } from "../../../test/support/local-host.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { SandboxError } from "../sandbox-error.ts";
import { RemoteCommands } from "./commands.ts";
import { Records } from "./records.ts";
import { MachineStopped } from "./remote-host.ts";
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
  commands = new RemoteCommands(shell, {
    root: folder.path,
    timeoutMs: 60_000,
    environment: {},
    records: new Records(),
  });
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
    await expect(commands.run("echo ran >beat", {}, signal)).rejects.toThrow(
      "It is unknown whether the command was run",
    );
    await late();
    await pause(300);
    expect(await beat()).toBe("");
  });

  /** The host loses the answer to the first request. @param rest what becomes of later requests */
  function loseAnswer(rest: LocalHost["run"]): void {
    host.run = async (script, options) => {
      host.run = rest;
      await local.run(script, options);
      throw new SandboxError("unavailable", "The connection was lost");
    };
  }

  test("a command that had ended has its result", async () => {
    loseAnswer((script, options) => local.run(script, options));
    expect(await commands.run("echo said; exit 3", {}, signal)).toEqual({ output: "said\n", exitCode: 3, cut: 0 });
  });

  test("the message says that the command had ended if its result cannot be read", async () => {
    loseAnswer(async (script, options) => {
      host.run = () => Promise.reject(new SandboxError("unavailable", "There is no connection."));
      return await local.run(script, options);
    });
    await expect(commands.run("echo said", {}, signal)).rejects.toThrow(
      "The connection was lost. The command had ended; its result could not be read.",
    );
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

/** The host prints these one after the other. */
function print(...outputs: readonly string[]): void {
  const rest = [...outputs];
  host.run = async () => ({ output: rest.shift() ?? "@unknown\n", exitCode: 0 });
}

const MAYBE_RUNNING = "The command may still be running: check this before you run it again.";

test("a command that has deleted its records is stopped, and the message says so", async () => {
  const command = `rm -rf "$(dirname "$(dirname "$0")")"; ${BEAT}`;
  await expect(commands.run(command, {}, signal)).rejects.toThrow(
    "was deleted meanwhile. The command was stopped; it may have done a part of its work.",
  );
  const last = await beat();
  await pause(500);
  expect(await beat()).toBe(last);
});

test("a command that was seen running and has left no trace may still be running", async () => {
  print("@running\n", "@forgotten\n", "@prevented\n");
  await expect(commands.run("true", {}, signal)).rejects.toThrow(`was deleted meanwhile. ${MAYBE_RUNNING}`);
  print("@forgotten\n", "@prevented\n");
  await expect(commands.run("true", {}, signal)).rejects.toThrow(`was deleted meanwhile. ${MAYBE_RUNNING}`);
});

test("a command whose supervisor was killed may still be running if it could not be stopped", async () => {
  print("@lost\n\n0\n\n\n", "@running\n");
  const { output } = await commands.run("true", {}, signal);
  expect(output).toEndWith(`the exit code is unknown. ${MAYBE_RUNNING}]`);
});

test("a command that was started in spite of a refusal is stopped, and the message says so", async () => {
  print("@full\n", "@stopped\n");
  await expect(commands.run("true", {}, signal)).rejects.toThrow(
    /^A repeated start of the command failed: the sandbox's disk is full\..* The command was stopped/,
  );
});

test("a command that was refused was not run", async () => {
  print("@denied\n", "@unknown\n");
  await expect(commands.run("true", {}, signal)).rejects.toThrow(/^The command was not run: .*cannot write/);
});

test("a command on a machine that was stopped does not run any more", async () => {
  let requests = 0;
  host.run = async () => {
    requests++;
    throw new MachineStopped("unavailable", "The sandbox was deleted.");
  };
  await expect(commands.run("true", {}, signal)).rejects.toThrow(
    "The sandbox was deleted. The command was stopped with the sandbox; it may have done a part of its work.",
  );
  expect(requests).toBe(1);
});

test("a command whose text cannot be uploaded is not run, and the message says so", async () => {
  host.upload = () => Promise.reject(new SandboxError("unavailable", "The connection was lost"));
  await expect(commands.run(`true ${"x".repeat(40_000)}`, {}, signal)).rejects.toThrow(
    "The connection was lost. The command was not run.",
  );
});
