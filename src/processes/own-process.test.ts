import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually, until } from "../../test/support/eventually.ts";
import { isRunning } from "../../test/support/processes.ts";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/temporary-folder.ts";
import { adoptOrphans } from "./orphans.ts";
import { OwnProcess } from "./own-process.ts";

/** Long enough that a test fails by its own time limit if something waits for it. */
const LONG_MS = 600_000;
const env = { PATH: "/usr/bin:/bin" };

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

function start(script: string, graceMs: number): OwnProcess {
  return new OwnProcess("/bin/sh", ["-c", script], { cwd: folder.path, env, stdio: "ignore", graceMs });
}

async function textIn(name: string): Promise<string> {
  const text = await eventually(async () => {
    const found = await readFile(join(folder.path, name), "utf8");
    if (!found.endsWith("\n")) throw new Error(`${name} is incomplete`);
    return found;
  });
  return text.trim();
}

/** Finishes its work when it gets SIGTERM, although its child already got none. */
const CAREFUL = "trap 'echo finished >finished; exit' TERM; sleep 600 & echo $! >child; echo $$ >leader; wait";

describe("a process of the runner's own", () => {
  test("may finish its work when it is stopped; what it leaves in its group is killed", async () => {
    const own = start(CAREFUL, LONG_MS);
    const child = await textIn("child");
    await textIn("leader");
    await own.stop();
    expect(own.isRunning).toBe(false);
    expect(await textIn("finished")).toBe("finished");
    await until("its child is gone", () => !isRunning(child));
  });

  test("is killed if it does not end in time", async () => {
    const own = start("trap '' TERM; echo $$ >leader; while :; do sleep 0.1; done", 200);
    const leader = await textIn("leader");
    expect(leader).toBe(String(own.pid));
    await own.stop();
    expect(isRunning(leader)).toBe(false);
  });

  test("tells which signal killed it, but not the one that it was stopped with", async () => {
    const [killed, stopped] = [start("kill -KILL $$", LONG_MS), start("sleep 600", LONG_MS)];
    await killed.exited;
    await stopped.stop();
    expect([killed.killedBy, stopped.killedBy]).toEqual(["SIGKILL", undefined]);
  });

  test("has ended if it cannot be started", async () => {
    const own = new OwnProcess("/no/such/program", [], { env, stdio: "ignore", graceMs: LONG_MS });
    await own.exited;
    expect([own.isRunning, own.pid]).toEqual([false, undefined]);
    await own.stop();
  });

  test("may finish its work, and then ends, when the runner is killed", async () => {
    // This process becomes the parent of the orphans, and does not reap them: their watchdog must not wait for zombies.
    adoptOrphans();
    const script = `import { OwnProcess } from ${JSON.stringify(join(import.meta.dir, "own-process.ts"))};
const [cwd, command] = process.argv.slice(-2);
new OwnProcess("/bin/sh", ["-c", command], { cwd, env: { PATH: "/usr/bin:/bin" }, stdio: "ignore", graceMs: ${LONG_MS} });
// The watchdog is told of it within this turn of the event loop.
setImmediate(() => console.log("started"));
setInterval(() => {}, 1000);`;
    const runner = Bun.spawn([process.execPath, "-e", script, folder.path, CAREFUL], { stdout: "pipe" });
    await runner.stdout.getReader().read();
    const pids = [await textIn("child"), await textIn("leader")];
    expect(existsSync(join(folder.path, "finished"))).toBe(false);
    runner.kill("SIGKILL");
    expect(await textIn("finished")).toBe("finished");
    await until("all processes are gone", () => !pids.some(isRunning));
  });
});
