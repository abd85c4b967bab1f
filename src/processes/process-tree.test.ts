import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { until } from "../../test/support/eventually.ts";
import { isRunning } from "../../test/support/processes.ts";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/temporary-folder.ts";
import { createControlGroup } from "./control-groups.ts";
import { TERMINATE_GRACE_MS } from "./end-processes.ts";
import { adoptOrphans, ProcessTree, registerOwnSession, TRACKING_VARIABLE } from "./index.ts";
import { readProcess } from "./process-table.ts";
import { isTracked } from "./tracking-id.ts";

let folder: TemporaryFolder;
let processes: ProcessTree;
beforeEach(async () => {
  folder = await temporaryFolder();
  processes = new ProcessTree({ createGroup: () => undefined });
});
afterEach(async () => {
  await processes.stopAll();
  await folder[Symbol.asyncDispose]();
});

const PATH = "/usr/local/bin:/usr/bin:/bin";

/** Starts a command as the sandbox does. @returns its shell */
function start(command: string, by: ProcessTree = processes) {
  const shell = spawn("bash", ["-c", `exec 2>&1; ${by.prepare()}\n${command}`], {
    cwd: folder.path,
    env: { PATH, [TRACKING_VARIABLE]: by.trackingId },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  by.add(shell.pid ?? 0);
  return shell;
}

/** Runs a command to the end of its shell. @returns what it printed until then */
async function run(command: string, by: ProcessTree = processes): Promise<string> {
  const shell = start(command, by);
  let output = "";
  shell.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(shell, "exit");
  await until("its output", () => shell.stdout?.readableLength === 0);
  shell.stdout?.destroy();
  return output;
}

/** The process numbers in a file, when there are so many. */
async function pidsIn(name: string, count: number): Promise<string[]> {
  let pids: string[] = [];
  await until(`${count} process numbers in ${name}`, async () => {
    const text = await readFile(`${folder.path}/${name}`, "utf8").catch(() => "");
    pids = text.split("\n").filter((line) => line !== "");
    return pids.length === count;
  });
  return pids;
}

async function gone(pids: readonly string[]): Promise<void> {
  await until(`the processes ${pids.join(", ")} are gone`, () => !pids.some(isRunning));
}

describe("what a command leaves behind", () => {
  test("is not waited for where it has ended and only its parent has not asked for it", async () => {
    // The parent becomes a program that never asks.
    const parent = Bun.spawn(["sh", "-c", "setsid true & echo $!; exec sleep 600"], { stdout: "pipe" });
    const { value } = await parent.stdout.getReader().read();
    const group = Number(new TextDecoder().decode(value));
    await until("it has ended", () => readProcess(group)?.isZombie === true);
    processes.prepare();
    processes.add(group);
    const grace = Promise.withResolvers<string>();
    const timer = setTimeout(() => grace.resolve("it was waited for"), TERMINATE_GRACE_MS);
    expect(await Promise.race([processes.stopAll(), grace.promise])).toBeUndefined();
    clearTimeout(timer);
    parent.kill("SIGKILL");
  });

  test("is found by its session where it left the group and hides its environment", async () => {
    await run("set -m; env -i sleep 4260 & echo $! >>own; env -i sh -c 'exec sleep 4261' & echo $! >>own");
    const pids = await pidsIn("own", 2);
    expect(pids.every(isRunning)).toBe(true);
    await processes.stopAll();
    await gone(pids);
  });

  test("is found by its ancestors where it left the session too", async () => {
    const shell = start("env -i setsid sleep 4262 & echo $! >>left; wait");
    const pids = await pidsIn("left", 1);
    await until("it has left", () => readProcess(Number(pids[0]))?.session === Number(pids[0]));
    await processes.stop(shell.pid ?? 0);
    await processes.stopAll();
    await gone(pids);
  });

  test("is found as an orphan where nothing tells of it any more, and once no other execution can have started it", async () => {
    adoptOrphans();
    const own = spawn("sleep", ["4266"], { detached: true, stdio: "ignore" });
    registerOwnSession(own.pid);
    const other = new ProcessTree({ createGroup: () => undefined });
    await run("true", other);
    await run("(env -i setsid sleep 4265 & echo $! >>orphan)");
    const pids = await pidsIn("orphan", 1);
    const pid = Number(pids[0]);
    await until("it was left to this process", () => {
      const now = readProcess(pid);
      return now?.parent === process.pid && now.session === pid && isTracked(pid, processes.trackingId) === false;
    });
    await processes.stopAll();
    expect(pids.every(isRunning)).toBe(true);
    await other.stopAll();
    await gone(pids);
    // A child of the runner's own is none of them.
    expect(isRunning(own.pid ?? 0)).toBe(true);
    own.kill("SIGKILL");
  });

  test("is left alone where it is another execution's", async () => {
    const others = new ProcessTree({ createGroup: () => undefined });
    await run("set -m; env -i sleep 4263 & echo $! >>others", others);
    await run("true");
    const pids = await pidsIn("others", 1);
    await processes.stopAll();
    expect(pids.every(isRunning)).toBe(true);
    await others.stopAll();
    await gone(pids);
  });
});

describe("what a command's shell does first", () => {
  test("makes the kernel end the command before the runner", async () => {
    const own = Number(await readFile("/proc/self/oom_score_adj", "utf8"));
    const [shell, child] = (await run("read x </proc/self/oom_score_adj; echo $x; cat /proc/self/oom_score_adj")).split(
      "\n",
    );
    expect(Number(shell)).toBeGreaterThan(own);
    expect(Number(shell)).toBeGreaterThanOrEqual(800);
    expect(child).toBe(shell);
  });

  test("is not to be seen by the command", async () => {
    const before = "#!/bin/bash\n";
    const command = "echo $? $# $LINENO; no-such-program";
    const [seen, complaint] = (await run(command)).split("\n");
    await Bun.write(`${folder.path}/script`, `${before}${command}`);
    const plain = Bun.spawnSync(["bash", `${folder.path}/script`], { stderr: "pipe" });
    expect(seen).toBe(plain.stdout.toString().trim());
    expect(complaint).toContain("line 2: no-such-program");
    expect(plain.stderr.toString()).toContain("line 2: no-such-program");
  });
});

const canGroup = createControlGroup()?.remove() === true;

describe.if(canGroup)("a control group", () => {
  test("holds what hides in every other way, and is removed with it", async () => {
    const grouped = new ProcessTree();
    const files = await run("cat /proc/self/cgroup; (env -i setsid sleep 4264 & echo $! >>hidden)", grouped);
    expect(files).toContain(`agent-runner-${process.pid}-`);
    const pids = await pidsIn("hidden", 1);
    await grouped.stopAll();
    await gone(pids);
    expect(
      await run(
        "cat /sys/fs/cgroup/*/*/cgroup.procs >/dev/null; ls -d /sys/fs/cgroup/*/agent-runner-* 2>/dev/null; true",
      ),
    ).toBe("");
  });

  test("limits the memory of an execution's commands, and tells what the kernel has ended", async () => {
    const limited = new ProcessTree({ memoryLimit: 64 * 1024 * 1024 });
    limited.prepare();
    expect(limited.memoryLimit).toBe(64 * 1024 * 1024);
    const before = limited.memoryKills();
    expect(before.isExact).toBe(true);
    expect(await run("head -c 300000000 /dev/zero | tail | wc -c; echo alive", limited)).toContain("alive");
    expect(limited.memoryKills().count).toBe(before.count + 1);
    await limited.stopAll();
  });
});
