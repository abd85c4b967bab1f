import { afterEach, describe, expect, jest, test } from "bun:test";
import { join } from "node:path";
import { commandRuns, gone, LONG_S } from "../../../test/support/command-runs.ts";
import { isPending } from "../../../test/support/eventually.ts";
import { isRunning } from "../../../test/support/processes.ts";
import { ProcessTree } from "../../processes/index.ts";
import { yieldToEventLoop } from "../../shared/time.ts";

const runs = commandRuns();
afterEach(() => void jest.useRealTimers());

describe("what a command leaves in the background", () => {
  test("does not delay its result, although it keeps the output open", async () => {
    const { output, exitCode } = await runs.run(`sleep ${LONG_S} & echo $!`);
    expect(exitCode).toBe(0);
    const pid = output.trim();
    expect(isRunning(pid)).toBe(true);
    await runs.processes.stopAll();
    await gone(pid);
  });

  test("may still write shortly after the command ended", async () => {
    // The time for it does not pass.
    jest.useFakeTimers();
    expect((await runs.run("(sleep 0.05; echo late) & echo early")).output).toBe("early\nlate\n");
  });
});

describe("what a command leaves behind", () => {
  test("is stopped even if it left the process group and the session", async () => {
    await runs.run(
      "setsid sh -c 'echo $$ >>left; exec sleep 4242' & setsid setsid sh -c 'echo $$ >>left; exec sleep 4243' & sleep 0.3",
    );
    const pids = await runs.pidsIn("left", 2);
    expect(pids.every(isRunning)).toBe(true);
    await runs.processes.stopAll();
    await gone(...pids);
  });

  test("is not searched if there was no command", async () => {
    const stopping = new ProcessTree().stopAll();
    await yieldToEventLoop();
    expect(await isPending(stopping)).toBe(false);
  });

  test("is left alone if another execution started it", async () => {
    const others = new ProcessTree();
    await runs.run("setsid sh -c 'echo $$ >others; exec sleep 4244' & sleep 0.3", { processes: others });
    const pids = await runs.pidsIn("others", 1);
    await runs.run("true");
    await runs.processes.stopAll();
    expect(pids.every(isRunning)).toBe(true);
    await others.stopAll();
    await gone(...pids);
  });

  test("ends with this process, even if that is killed", async () => {
    const script = `import { runCommand } from ${JSON.stringify(join(import.meta.dir, "command.ts"))};
import { ProcessTree } from ${JSON.stringify(join(import.meta.dir, "../../processes/index.ts"))};
// The watchdog is told of it within this turn of the event loop.
setImmediate(() => console.log("started"));
await runCommand("setsid sh -c 'echo $$ >>killed; exec sleep 4245' & set -m; env -i sleep 4247 & echo $$ >>killed; echo $! >>killed; sleep 4246", {
  cwd: process.argv.at(-1), env: { PATH: "/usr/bin:/bin" }, timeoutMs: 1e6, signal: new AbortController().signal, processes: new ProcessTree() });`;
    const other = Bun.spawn([process.execPath, "-e", script, runs.path], { stdout: "pipe" });
    await other.stdout.getReader().read();
    const pids = await runs.pidsIn("killed", 3);
    other.kill("SIGKILL");
    await gone(...pids);
  });
});
