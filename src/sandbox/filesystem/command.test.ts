import { afterEach, describe, expect, jest, test } from "bun:test";
import { existsSync } from "node:fs";
import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandRuns, gone, LONG_S } from "../../../test/support/command-runs.ts";
import { yieldToEventLoop } from "../../shared/time.ts";
import { COMMAND_OUTPUT_LIMIT, TIMEOUT_EXIT_CODE } from "../sandbox.ts";

const runs = commandRuns();
afterEach(() => void jest.useRealTimers());

/** Runs a command whose time is over as soon as it has made the file `ready`. */
async function runOverTime(command: string, timeoutMs: number) {
  const ready = join(runs.path, "ready");
  jest.useFakeTimers();
  const running = runs.run(command, { timeoutMs });
  while (!existsSync(ready)) await yieldToEventLoop();
  jest.advanceTimersByTime(timeoutMs);
  jest.useRealTimers();
  await rm(ready);
  return await running;
}

describe("a command", () => {
  test("returns its output and its exit code", async () => {
    expect(await runs.run("echo hello")).toEqual({ output: "hello\n", exitCode: 0, cut: 0 });
    expect(await runs.run("exit 7")).toEqual({ output: "", exitCode: 7, cut: 0 });
  });

  test("keeps the order of standard output and standard error", async () => {
    const { output } = await runs.run("for i in 1 2 3; do echo out$i; echo err$i >&2; done");
    expect(output).toBe("out1\nerr1\nout2\nerr2\nout3\nerr3\n");
  });

  test("has a closed standard input, so that it does not wait for input", async () => {
    expect(await runs.run("cat; read answer || echo nobody")).toMatchObject({ output: "nobody\n", exitCode: 0 });
  });

  test("may have several lines, quotes and comments", async () => {
    const { output } = await runs.run(`# a comment\nname="it's"\necho "$name"\ncat <<'END'\n$name\nEND`);
    expect(output).toBe("it's\n$name\n");
  });

  test("fails with the shell's message if the shell does not understand it", async () => {
    const { output, exitCode } = await runs.run("no-such-program-anywhere");
    expect(exitCode).toBe(127);
    expect(output).toContain("no-such-program-anywhere");
    expect((await runs.run("if")).exitCode).not.toBe(0);
  });

  test("sees only the given environment", async () => {
    const { output } = await runs.run("env", { env: { PATH: "/usr/bin:/bin", MINE: "yes" } });
    const names = output.split("\n").map((line) => line.split("=")[0]);
    expect(output).toContain("MINE=yes\n");
    expect(names).not.toContain("HOME");
  });

  test("starts in its directory", async () => {
    expect((await runs.run("pwd -P")).output.trim()).toBe(await realpath(runs.path));
  });

  test("that a signal ended has exit code 128 + signal", async () => {
    expect((await runs.run("kill -KILL $$")).exitCode).toBe(137);
  });

  test("that cannot be started is an error", async () => {
    await expect(runs.run("echo", { cwd: "/no/such/directory" })).rejects.toMatchObject({ code: "unavailable" });
  });
});

test("the head and the tail of a long output are kept", async () => {
  const { output, cut } = await runs.run("echo first; seq 1 400000; echo last");
  expect(output).toStartWith("first\n1\n2\n");
  expect(output).toEndWith("400000\nlast\n");
  expect(cut).toBeGreaterThan(1024 * 1024);
  expect(output).toContain(`${cut} bytes of output cut`);
  expect(output.length).toBeLessThan(COMMAND_OUTPUT_LIMIT + 200);
});

describe("a command that exceeds its time", () => {
  test("ends with exit code 124, its output so far and the reason", async () => {
    const { output, exitCode } = await runOverTime(`echo started; >ready; sleep ${LONG_S}`, 200);
    expect(exitCode).toBe(TIMEOUT_EXIT_CODE);
    expect(output).toStartWith("started\n");
    expect(output).toContain("did not end within 0.2 s");
  });

  test("is stopped with everything that it started", async () => {
    const command = `sleep ${LONG_S} & echo $!; (sleep ${LONG_S} & echo $!; >ready; wait) & wait`;
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
    const running = runs.run(`sleep ${LONG_S} & echo $! >> abort; echo $$ >> abort; wait`, {
      signal: controller.signal,
    });
    const pids = await runs.pidsIn("abort", 2);
    controller.abort();
    expect((await running).exitCode).toBe(143);
    await gone(...pids);
  });

  test("that aborted before prevents the start", async () => {
    const reason = new Error("the execution was cancelled");
    await expect(runs.run("touch started", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await Bun.file(`${runs.path}/started`).exists()).toBe(false);
  });
});

describe("a command that cannot be started", () => {
  test("fails with an error that says what to do", async () => {
    await expect(runs.run("true", { env: { ODD: "a\0b" } })).rejects.toThrow(
      'The variable "ODD" contains a NUL character',
    );
    await expect(runs.run(`: ${"x".repeat(3_000_000)}`)).rejects.toThrow(
      "it has 2.9 MiB, and the system takes less than 128 KiB. Write it into a file, and run that.",
    );
    await expect(runs.run("true", { cwd: `${runs.path}/gone` })).rejects.toThrow("does not exist any more");
  });

  test("fails with the name of the variable that is too long, or of the longest ones", async () => {
    const base = { PATH: "/usr/bin:/bin" };
    await expect(runs.run("true", { env: { ...base, SHORT: "x", LARGE: "ä".repeat(70_000) } })).rejects.toThrow(
      /the variable LARGE has 136\.8 KiB with its name, and the system takes less than 128 KiB for each/,
    );
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`V${index}`, "x".repeat(100_000)]));
    await expect(runs.run("true", { env: { ...base, ...many, MOST: "x".repeat(120_000) } })).rejects.toThrow(
      /have [\d.]+ MiB together, and the system takes about 2 MiB\. The longest variables are MOST with 117\.2 KiB, V\d+ with/,
    );
  });
});
