import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { until } from "../../test/support/eventually.ts";
import { isRunning } from "../../test/support/processes.ts";
import { requirement } from "../../test/support/requirement.ts";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/temporary-folder.ts";
import { createControlGroup } from "./control-groups.ts";
import { adoptOrphans, registerOwnSession } from "./orphans.ts";
import { readProcess } from "./process-table.ts";
import { ProcessTree } from "./process-tree.ts";
import { isTracked } from "./tracking-id.ts";

let folder: TemporaryFolder;
let tree: ProcessTree;
beforeEach(async () => {
  folder = await temporaryFolder();
  tree = new ProcessTree({ createGroup: () => undefined });
});
afterEach(async () => {
  await tree.stopAll();
  await folder[Symbol.asyncDispose]();
});

const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };

/** Starts a command as the sandbox does. @returns its shell */
function start(command: string, by: ProcessTree = tree) {
  return by.start("bash", ["-c", `exec 2>&1\n${command}`], {
    cwd: folder.path,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** Runs a command until its shell ends. @returns what it printed until then */
async function run(command: string, by: ProcessTree = tree): Promise<string> {
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

/** The process ids in a file, as soon as it has so many. */
async function pidsIn(name: string, count: number): Promise<string[]> {
  let pids: string[] = [];
  await until(`${count} process ids in ${name}`, async () => {
    const text = await readFile(`${folder.path}/${name}`, "utf8").catch(() => "");
    pids = text.split("\n").filter((line) => line !== "");
    return pids.length === count;
  });
  return pids;
}

async function gone(pids: readonly string[]): Promise<void> {
  await until(`the processes ${pids.join(", ")} are gone`, () => !pids.some(isRunning));
}

describe("a tree of processes", () => {
  test("starts a program that talks over its pipes for as long as the tree exists", async () => {
    const server = tree.start("cat", [], { env, stdio: ["pipe", "pipe", "ignore"] });
    const answers: string[] = [];
    server.stdout?.on("data", (chunk: Buffer) => answers.push(chunk.toString()));
    for (const line of ["one\n", "two\n"]) {
      await run("true");
      server.stdin?.write(line);
      await until(`the answer ${line}`, () => answers.join("").endsWith(line));
    }
    await tree.stopAll();
    await gone([String(server.pid)]);
  });

  test("passes arguments and the environment on as they are", async () => {
    const args = ["-c", 'printf "%s|" "$0" "$@"; env', "a b", "", "$HOME", "it's"];
    const child = tree.start("sh", args, { env: { ...env, ODD: "a\n'b'" }, stdio: ["ignore", "pipe", "ignore"] });
    const output = await new Response(child.stdout as unknown as ReadableStream).text();
    expect(output).toStartWith("a b||$HOME|it's|");
    expect(output).toContain("\nODD=a\n'b'\n");
    expect(output).toContain(`AGENT_RUNNER_TRACKING_ID=${tree.trackingId}\n`);
  });

  test("refuses a program that does not exist", () => {
    expect(() => tree.start("no-such-program", [], { env, stdio: "ignore" })).toThrow("There is no program");
    expect(tree.hasStarted).toBe(false);
  });
});

describe("what a command leaves behind", () => {
  test("is found by its session if it left the group and hides its environment", async () => {
    await run("set -m; env -i sleep 4260 & echo $! >>own; env -i sh -c 'exec sleep 4261' & echo $! >>own");
    const pids = await pidsIn("own", 2);
    expect(pids.every(isRunning)).toBe(true);
    await tree.stopAll();
    await gone(pids);
  });

  test("is found by its ancestors if it left the session too", async () => {
    const shell = start("env -i setsid sleep 4262 & echo $! >>left; wait");
    const pids = await pidsIn("left", 1);
    await until("it has left", () => readProcess(Number(pids[0]))?.session === Number(pids[0]));
    await tree.stop(shell.pid ?? 0);
    await tree.stopAll();
    await gone(pids);
  });

  test("is found as an orphan if it hides everything, as soon as no other tree can have started it", async () => {
    adoptOrphans();
    const own = spawn("sleep", ["4266"], { detached: true, stdio: "ignore" });
    registerOwnSession(own.pid);
    const other = new ProcessTree({ createGroup: () => undefined });
    await run("true", other);
    await run("(env -i setsid sleep 4265 & echo $! >>orphan)");
    const pids = await pidsIn("orphan", 1);
    const pid = Number(pids[0]);
    await until("this process has become its parent", () => {
      const now = readProcess(pid);
      return now?.parent === process.pid && now.session === pid && isTracked(pid, tree.trackingId) === false;
    });
    await tree.stopAll();
    expect(pids.every(isRunning)).toBe(true);
    await other.stopAll();
    await gone(pids);
    // A process that the runner needs for itself is not an orphan.
    expect(isRunning(own.pid ?? 0)).toBe(true);
    own.kill("SIGKILL");
  });

  test("is not ended with another tree", async () => {
    const others = new ProcessTree({ createGroup: () => undefined });
    await run("set -m; env -i sleep 4263 & echo $! >>others", others);
    await run("true");
    const pids = await pidsIn("others", 1);
    await tree.stopAll();
    expect(pids.every(isRunning)).toBe(true);
    await others.stopAll();
    await gone(pids);
  });
});

describe("a started program", () => {
  test("is killed by the kernel before the runner when memory runs out", async () => {
    const own = Number(await readFile("/proc/self/oom_score_adj", "utf8"));
    const [shell, child] = (await run("read x </proc/self/oom_score_adj; echo $x; cat /proc/self/oom_score_adj")).split(
      "\n",
    );
    expect(Number(shell)).toBeGreaterThan(own);
    expect(Number(shell)).toBeGreaterThanOrEqual(800);
    expect(child).toBe(shell);
  });

  test("sees nothing of how it was started", async () => {
    const before = "#!/bin/bash\n";
    const command = "echo $? $# $LINENO; no-such-program";
    const [seen, message] = (await run(command)).split("\n");
    await Bun.write(`${folder.path}/script`, `${before}${command}`);
    const plain = Bun.spawnSync(["bash", `${folder.path}/script`], { stderr: "pipe" });
    expect(seen).toBe(plain.stdout.toString().trim());
    expect(message).toContain("line 2: no-such-program");
    expect(plain.stderr.toString()).toContain("line 2: no-such-program");
  });
});

const canGroup = requirement(createControlGroup()?.remove() === true, "a control group: none can be made");

describe.if(canGroup)("a control group", () => {
  test("contains processes that hide in every other way, and is removed after them", async () => {
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

  test("limits the memory of all processes, and counts those that the kernel has killed", async () => {
    const limited = new ProcessTree({ memoryLimit: 64 * 1024 * 1024 });
    await run("true", limited);
    expect(limited.memoryLimit).toBe(64 * 1024 * 1024);
    const before = limited.memoryKills();
    expect(before.isExact).toBe(true);
    expect(await run("head -c 300000000 /dev/zero | tail | wc -c; echo alive", limited)).toContain("alive");
    expect(limited.memoryKills().count).toBe(before.count + 1);
    await limited.stopAll();
  });
});
