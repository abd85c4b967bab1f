import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "bun:test";
import { existsSync } from "node:fs";
import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { isPending, until } from "../../../test/support/eventually.ts";
import { isRunning } from "../../../test/support/processes.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { ProcessTree } from "../../processes/index.ts";
import { yieldToEventLoop } from "../../shared/time.ts";
import { COMMAND_OUTPUT_LIMIT, TIMEOUT_EXIT_CODE } from "../sandbox.ts";
import { type RunOptions, runCommand } from "./command.ts";
import { withMemoryNote } from "./memory-note.ts";

/** Long enough that a test fails by its own time limit if something waits for it. */
const LONG = 600;

let folder: TemporaryFolder;
let processes: ProcessTree;
beforeAll(async () => {
  folder = await temporaryFolder();
});
beforeEach(() => {
  processes = new ProcessTree();
});
afterEach(() => void jest.useRealTimers());
afterAll(() => folder[Symbol.asyncDispose]());

async function run(command: string, options: Partial<RunOptions> = {}) {
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
  const signal = new AbortController().signal;
  return await runCommand(command, { cwd: folder.path, env, timeoutMs: LONG * 1000, signal, processes, ...options });
}

/** Runs a command whose time is over as soon as it has made the file `ready`. */
async function runOverTime(command: string, timeoutMs: number) {
  const ready = join(folder.path, "ready");
  jest.useFakeTimers();
  const running = run(command, { timeoutMs });
  while (!existsSync(ready)) await yieldToEventLoop();
  jest.advanceTimersByTime(timeoutMs);
  jest.useRealTimers();
  await rm(ready);
  return await running;
}

/** Waits until all these processes have ended. */
async function gone(...pids: string[]): Promise<void> {
  await until(`the processes ${pids.join(", ")} are gone`, () => !pids.some(isRunning));
}

/** The process ids that a command writes to a file. */
async function pidsIn(name: string, count: number): Promise<string[]> {
  let pids: string[] = [];
  await until(`${count} process ids in ${name}`, async () => {
    const file = Bun.file(`${folder.path}/${name}`);
    pids = (await file.exists()) ? (await file.text()).split("\n").filter((line) => line !== "") : [];
    return pids.length === count;
  });
  return pids;
}

describe("a command", () => {
  test("returns its output and its exit code", async () => {
    expect(await run("echo hello")).toEqual({ output: "hello\n", exitCode: 0, cut: 0 });
    expect(await run("exit 7")).toEqual({ output: "", exitCode: 7, cut: 0 });
  });

  test("keeps the order of standard output and standard error", async () => {
    const { output } = await run("for i in 1 2 3; do echo out$i; echo err$i >&2; done");
    expect(output).toBe("out1\nerr1\nout2\nerr2\nout3\nerr3\n");
  });

  test("has a closed standard input, so that it does not wait for input", async () => {
    expect(await run("cat; read answer || echo nobody")).toMatchObject({ output: "nobody\n", exitCode: 0 });
  });

  test("may have several lines, quotes and comments", async () => {
    const { output } = await run(`# a comment\nname="it's"\necho "$name"\ncat <<'END'\n$name\nEND`);
    expect(output).toBe("it's\n$name\n");
  });

  test("fails with the shell's message if the shell does not understand it", async () => {
    const { output, exitCode } = await run("no-such-program-anywhere");
    expect(exitCode).toBe(127);
    expect(output).toContain("no-such-program-anywhere");
    expect((await run("if")).exitCode).not.toBe(0);
  });

  test("sees only the given environment", async () => {
    const { output } = await run("env", { env: { PATH: "/usr/bin:/bin", MINE: "yes" } });
    const names = output.split("\n").map((line) => line.split("=")[0]);
    expect(output).toContain("MINE=yes\n");
    expect(names).not.toContain("HOME");
  });

  test("starts in its directory", async () => {
    expect((await run("pwd -P")).output.trim()).toBe(await realpath(folder.path));
  });

  test("that a signal ended has exit code 128 + signal", async () => {
    expect((await run("kill -KILL $$")).exitCode).toBe(137);
  });

  test("that cannot be started is an error", async () => {
    await expect(run("echo", { cwd: "/no/such/directory" })).rejects.toMatchObject({ code: "unavailable" });
  });
});

test("the head and the tail of a long output are kept", async () => {
  const { output, cut } = await run("echo first; seq 1 400000; echo last");
  expect(output).toStartWith("first\n1\n2\n");
  expect(output).toEndWith("400000\nlast\n");
  expect(cut).toBeGreaterThan(1024 * 1024);
  expect(output).toContain(`${cut} bytes of output cut`);
  expect(output.length).toBeLessThan(COMMAND_OUTPUT_LIMIT + 200);
});

describe("a command that exceeds its time", () => {
  test("ends with exit code 124, its output so far and the reason", async () => {
    const { output, exitCode } = await runOverTime(`echo started; >ready; sleep ${LONG}`, 200);
    expect(exitCode).toBe(TIMEOUT_EXIT_CODE);
    expect(output).toStartWith("started\n");
    expect(output).toContain("did not end within 0.2 s");
  });

  test("is stopped with everything that it started", async () => {
    const command = `sleep ${LONG} & echo $!; (sleep ${LONG} & echo $!; >ready; wait) & wait`;
    const { output } = await runOverTime(command, 300);
    const pids = output.split("\n").filter((line) => /^\d+$/.test(line));
    expect(pids).toHaveLength(2);
    await gone(...pids);
  });

  test("is killed if it ignores SIGTERM", async () => {
    const command = `trap '' TERM; echo $$; >ready; while :; do sleep 0.1; done`;
    const { output, exitCode } = await runOverTime(command, 300);
    expect(exitCode).toBe(TIMEOUT_EXIT_CODE);
    await gone(output.split("\n")[0] ?? "");
  });
});

describe("a signal", () => {
  test("that aborts stops the command and everything that it started", async () => {
    const controller = new AbortController();
    const running = run(`sleep ${LONG} & echo $! >> abort; echo $$ >> abort; wait`, { signal: controller.signal });
    const pids = await pidsIn("abort", 2);
    controller.abort();
    expect((await running).exitCode).toBe(143);
    await gone(...pids);
  });

  test("that aborted before prevents the start", async () => {
    const reason = new Error("the execution was cancelled");
    await expect(run("touch started", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await Bun.file(`${folder.path}/started`).exists()).toBe(false);
  });
});

describe("what a command leaves in the background", () => {
  test("does not delay its result, although it keeps the output open", async () => {
    const { output, exitCode } = await run(`sleep ${LONG} & echo $!`);
    expect(exitCode).toBe(0);
    const pid = output.trim();
    expect(isRunning(pid)).toBe(true);
    await processes.stopAll();
    await gone(pid);
  });

  test("may still write shortly after the command ended", async () => {
    // The time for it does not pass.
    jest.useFakeTimers();
    expect((await run("(sleep 0.05; echo late) & echo early")).output).toBe("early\nlate\n");
  });
});

describe("what a command leaves behind", () => {
  test("is stopped even if it left the process group and the session", async () => {
    await run(
      "setsid sh -c 'echo $$ >>left; exec sleep 4242' & setsid setsid sh -c 'echo $$ >>left; exec sleep 4243' & sleep 0.3",
    );
    const pids = await pidsIn("left", 2);
    expect(pids.every(isRunning)).toBe(true);
    await processes.stopAll();
    await gone(...pids);
  });

  test("is not searched if there was no command", async () => {
    const stopping = new ProcessTree().stopAll();
    await yieldToEventLoop();
    expect(await isPending(stopping)).toBe(false);
  });

  test("is left alone if another execution started it", async () => {
    const others = new ProcessTree();
    await run("setsid sh -c 'echo $$ >others; exec sleep 4244' & sleep 0.3", { processes: others });
    const pids = await pidsIn("others", 1);
    await run("true");
    await processes.stopAll();
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
    const other = Bun.spawn([process.execPath, "-e", script, folder.path], { stdout: "pipe" });
    await other.stdout.getReader().read();
    const pids = await pidsIn("killed", 3);
    other.kill("SIGKILL");
    await gone(...pids);
  });
});

describe("a command that cannot be started", () => {
  test("fails with an error that says what to do", async () => {
    await expect(run("true", { env: { ODD: "a\0b" } })).rejects.toThrow('The variable "ODD" contains a NUL character');
    await expect(run(`: ${"x".repeat(3_000_000)}`)).rejects.toThrow(
      "it has 3000002 bytes, and the system takes less than 131072. Write it into a file, and run that.",
    );
    await expect(run("true", { cwd: `${folder.path}/gone` })).rejects.toThrow("does not exist any more");
  });

  test("fails with the name of the variable that is too long, or of the longest ones", async () => {
    const base = { PATH: "/usr/bin:/bin" };
    await expect(run("true", { env: { ...base, SHORT: "x", LARGE: "ä".repeat(70_000) } })).rejects.toThrow(
      /the variable LARGE has 140006 bytes with its name, and the system takes less than 131072 for each/,
    );
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`V${index}`, "x".repeat(100_000)]));
    await expect(run("true", { env: { ...base, ...many, MOST: "x".repeat(120_000) } })).rejects.toThrow(
      /have 10\d+ bytes together, and the system takes about 2097152\. The longest variables are MOST with 120005, V\d+ with/,
    );
  });
});

/** Whether the tests may create control groups on this machine. */
async function canLimitMemory(): Promise<boolean> {
  const trial = new ProcessTree({ memoryLimit: 64 * 1024 * 1024 });
  trial.start("true", [], { env: { PATH: "/usr/bin:/bin" }, stdio: "ignore" });
  const { memoryLimit } = trial;
  await trial.stopAll();
  return memoryLimit !== undefined;
}

const isMemoryLimited = await canLimitMemory();

describe("a command that the kernel kills because memory runs out", () => {
  const result = { output: "so far\n", exitCode: 137, cut: 0 };
  const at = (count: number, isExact = false) => ({ count, isExact });

  test("gets a note in its output", () => {
    expect(withMemoryNote(result, at(1), at(2), undefined).output).toBe(
      "so far\n[The kernel killed it: the machine is out of memory.]",
    );
    expect(withMemoryNote({ ...result, exitCode: 0 }, at(1, true), at(3, true), 1024 ** 3).output).toBe(
      "so far\n[The kernel killed 2 processes of this execution: out of memory. Its commands may use 1,024 MiB together.]",
    );
  });

  test("is not confused with one that ended by itself, or whose neighbour was killed", () => {
    expect(withMemoryNote(result, at(1), at(1), undefined)).toBe(result);
    const other = { ...result, exitCode: 1 };
    expect(withMemoryNote(other, at(1), at(2), undefined)).toBe(other);
  });

  test.if(isMemoryLimited)("reports this in its own result", async () => {
    const limited = new ProcessTree({ memoryLimit: 64 * 1024 * 1024 });
    const { output, exitCode } = await run("echo begun; exec tail /dev/zero", { processes: limited });
    expect(exitCode).toBe(137);
    expect(output).toStartWith("begun\n[The kernel killed a process of this execution: out of memory.");
    await limited.stopAll();
  });
});
