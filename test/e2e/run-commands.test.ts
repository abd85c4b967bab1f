import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DevProgram, startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { isRunning } from "../support/processes.ts";
import type { RunningProgram } from "../support/program.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const installed = installedProgram("ollama");

interface Dev extends Omit<DevProgram, "command"> {
  command(...args: string[]): RunningProgram;
  /** Runs a shell command in which `$0` is the program. */
  shell(script: string): Promise<{ code: number; output: string; errors: string }>;
}

/** `dev` in a folder of its own, ready. */
async function dev(): Promise<Dev> {
  const program = await startDev(installed, { OLLAMA_BASE_URL: installed.ollama.url });
  const { cwd } = program;
  return {
    ...program,
    command: (...args) => program.command(args),
    shell: async (script) => {
      const env = { ...program.env, PATH: process.env["PATH"] ?? "", HOME: cwd };
      const command = ["/bin/bash", "-c", script, installed.file];
      const child = Bun.spawn(command, { cwd, env, stdout: "pipe", stderr: "pipe" });
      const [output, errors] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      return { code: await child.exited, output, errors };
    },
  };
}

/** The id that `run` has told. */
async function idOf(run: RunningProgram): Promise<string> {
  await until("the execution is named", () => /Execution aex-\w+/.test(run.errors()));
  return /Execution (aex-\w+)/.exec(run.errors())?.[1] ?? "";
}

/** Sends a program SIGINT as soon as it listens for it. */
async function interrupt(pid: number): Promise<void> {
  await until("it listens for signals", async () => {
    const caught = /SigCgt:\s+(\w+)/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${caught}`) & 2n) !== 0n;
  });
  process.kill(pid, "SIGINT");
}

const sleeps = (command: string) => (_: unknown, turn: number) =>
  turn === 0 ? { text: "I wait.", tools: [{ name: "execute", args: { command } }] } : { text: "It is over." };

describe("interrupted execution", () => {
  test("can be listed, attached to and cancelled with the printed commands", async () => {
    await using everything = await dev();
    installed.ollama.converse(sleeps("sleep 300"));
    const run = everything.command("run", "Wait for it");
    const id = await idOf(run);
    expect(run.errors()).toContain(`To end it: agent-runner cancel ${id}`);
    await until("it has begun", () => run.output().includes("I wait."));
    run.signal("SIGINT");
    expect(await run.exited).toBe(130);
    expect(run.errors()).toContain(`To follow it again: agent-runner attach ${id}\n`);

    const list = everything.command("list");
    expect(await list.exited).toBe(0);
    expect(list.output()).toMatch(new RegExp(`^${id} +in progress +\\S.* ago +ses-\\w+ +Wait for it\n$`));
    const session = /ses-\w+/.exec(list.output())?.[0] ?? "";
    const json = everything.command("list", "--session", session, "--json");
    expect(await json.exited).toBe(0);
    expect(JSON.parse(json.output())).toMatchObject({ metadata: { id }, spec: { sessionId: session } });

    const attached = everything.command("attach", id);
    await until("it is shown from its beginning", () => attached.output().includes("I wait."));
    const cancel = everything.command("cancel", id);
    expect(await cancel.exited).toBe(0);
    expect(cancel.errors()).toContain("is being cancelled");
    expect(await attached.exited).toBe(1);
    expect(attached.output()).toContain("✗ cancelled after");
    const again = everything.command("cancel", id);
    // What was asked for is so.
    expect(await again.exited).toBe(0);
    expect(again.errors()).toContain("has ended already: it was cancelled");
    const ended = everything.command("attach", id);
    expect(await ended.exited).toBe(1);
    expect(ended.output()).toBe(attached.output());
  });

  test("is reported if it is unknown, and so is an empty list", async () => {
    await using everything = await dev();
    for (const [args, code, text] of [
      [["attach", "aex-none"], 1, "there is no AgentExecution aex-none"],
      [["attach", ""], 2, "No execution is named"],
      [["cancel", "aex-none"], 1, "knows no execution aex-none"],
      [["cancel", " "], 2, "No execution is named"],
      [["attach", " aex-none\n"], 1, "there is no AgentExecution aex-none\n"],
      [["cancel", "aex-none "], 1, "knows no execution aex-none:"],
      [["list", "--session", "ses-none "], 0, "no executions of the session ses-none."],
      [["run", "Hi", "--session", " ses-none "], 1, "there is no Session ses-none\n"],
      [["list"], 0, "The Stigmer server does not list executions"],
      [["list", "--session", "ses-none"], 0, "no executions of the session ses-none"],
      [["list", "--limit", "0"], 2, "give a number from 1 to 1000"],
      [["attach", "aex-1", "--patience", "never"], 2, "Give seconds"],
      [["list", "--endpoint", "localhost:1"], 4, "There is no Stigmer daemon at localhost:1"],
    ] as const) {
      const command = everything.command(...args);
      expect([args, await command.exited]).toEqual([args, code]);
      expect(command.errors()).toContain(text);
      expect(command.output()).toBe("");
    }
    const elsewhere = await everything.shell('TEMPORAL_SERVICE_ADDRESS=localhost:1 "$0" cancel aex-1');
    expect(elsewhere.code).toBe(4);
    expect(elsewhere.errors).toContain("must reach the Temporal that its Stigmer server uses");
  });
});

describe("unavailable daemon while an execution is followed", () => {
  test("is reported with the time, and given up with a remedy, if it was killed", async () => {
    await using everything = await dev();
    installed.ollama.converse(sleeps("sleep 300"));
    const run = everything.command("run", "Wait", "--patience", "15");
    const id = await idOf(run);
    await until("it has begun", () => run.output().includes("I wait."));
    everything.signal("SIGKILL");
    expect(await run.exited).toBe(4);
    const endpoint = everything.env["STIGMER_BACKEND_ENDPOINT"];
    expect(run.errors()).toMatch(
      new RegExp(
        `No connection to ${endpoint} since \\d\\d:\\d\\d:\\d\\d \\(.*\\)\\. Trying again until \\d\\d:\\d\\d:`,
      ),
    );
    expect(run.errors()).toMatch(new RegExp(`error: Gave up: no connection to ${endpoint} for .* s, since`));
    expect(run.errors()).toContain(`To follow it again: agent-runner attach ${id}`);
  });

  test("is reported if it hangs, and the execution is followed to its end when it recovers", async () => {
    await using everything = await dev();
    await using proxy = await startTcpProxy(everything.env["STIGMER_BACKEND_ENDPOINT"] ?? "");
    installed.ollama.converse(sleeps("while ! test -e go; do sleep 0.1; done"));
    const run = everything.command("run", "Wait", "--patience", "600", "--endpoint", proxy.address);
    expect(await idOf(run)).not.toBe("");
    await until("it has begun", () => run.output().includes("I wait."));
    proxy.hold();
    await until("it is told", () => run.errors().includes(`No connection to ${proxy.address} since`));
    await everything.shell("touch workspace/go");
    await everything.says("Execution completed");
    proxy.release();
    expect(await run.exited).toBe(0);
    expect(run.errors()).toMatch(/Connected to \S+ again after/);
    expect(run.output()).toContain("It is over.");
  });
});

describe("message and agent of run", () => {
  test("are read from standard input and from pipes", async () => {
    await using everything = await dev();
    installed.ollama.converse(({ messages }) => ({
      text: `I am ${messages[0]?.content.split(".")[0]}. You say ${messages.at(-1)?.content}`,
    }));
    const agent = "metadata: {name: poet}\\nspec: {instructions: A poet.}\\n";
    for (const script of [
      `printf 'Sing\\nloud' | "$0" run - --agent <(printf '${agent}')`,
      `mkfifo agent; (printf '${agent}' >agent &); "$0" run - --agent agent <<<$'Sing\\nloud'`,
    ]) {
      const { code, output } = await everything.shell(script);
      expect([script, code]).toEqual([script, 0]);
      expect(output).toStartWith("I am A poet. You say Sing\nloud");
    }
  });

  test("are refused if they are not text or too large", async () => {
    await using everything = await dev();
    for (const [script, text] of [
      ['"$0" run - </dev/null', "standard input had nothing in it"],
      ['head -c 10 /dev/zero | "$0" run -', "contains NUL bytes"],
      ['yes | "$0" run -', "is longer than 1 MiB"],
      ['printf "\\xff" | "$0" run -', "no text in UTF-8"],
      ['"$0" run - <.', "Standard input is a directory"],
      ['"$0" run Hi --model anthropic:', "--model anthropic: is incomplete"],
      ['"$0" run Hi --agent .', "The agent file . is a directory"],
      ['"$0" run Hi --agent /dev/zero', "is a device"],
    ] as const) {
      const { code, errors } = await everything.shell(script);
      expect([script, code]).toEqual([script, 2]);
      expect(errors).toContain(text);
    }
  });

  test("are awaited until an interrupt: from an idle pipe and from standard input", async () => {
    await using everything = await dev();
    await everything.shell("mkfifo pipe input");
    const fifo = everything.command("run", "Hi", "--agent", "pipe");
    await interrupt(fifo.pid);
    expect(await fifo.exited).toBe(130);
    const reading = everything.shell('sleep 1000 >input & echo $! >writer; "$0" run - <input & echo $! >pid; wait $!');
    const numberIn = async (name: string) => Number(await readFile(join(everything.cwd, name), "utf8").catch(() => ""));
    await until("both are there", async () => (await numberIn("pid")) > 0);
    const pid = await numberIn("pid");
    await interrupt(pid);
    // The end of the writer is the end of its input: that must not come first.
    await until("it has ended", () => !isRunning(pid));
    process.kill(await numberIn("writer"), "SIGKILL");
    expect((await reading).code).toBe(130);
  });
});

test("a failure is shown once if the execution has no messages of the runner", async () => {
  await using everything = await dev();
  installed.ollama.converse(() => ({ status: 400, error: "the model exploded" }));
  const run = everything.command("run", "Fail");
  expect(await run.exited).toBe(1);
  expect(run.output().match(/the model exploded/g)).toHaveLength(1);
  expect(run.output()).toMatch(/the model exploded[^\n]*\n✗ failed after /);
});
