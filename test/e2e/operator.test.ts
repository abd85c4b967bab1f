/** What an operator types, with the compiled program. */
import { expect, test } from "bun:test";
import { startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startAtTerminal } from "../support/terminal.ts";

const installed = installedProgram("ollama");

test("executions, status, cancel and drain find the runner by its settings", async () => {
  const asleep = { text: "I sleep.", tools: [{ name: "execute", args: { command: "sleep 300" } }] };
  installed.ollama.converse((_, turn) => (turn === 0 ? asleep : { text: "Done." }));
  await using dev = await startDev(installed, { OLLAMA_BASE_URL: installed.ollama.url, DRAIN_TIMEOUT: "60" });
  const run = async (...args: string[]) => {
    const command = dev.command(args);
    return { code: await command.exited, output: command.output(), errors: command.errors() };
  };
  // Its health was checked before it said "Ready.".
  expect(await run("status")).toMatchObject({ code: 0, output: expect.stringContaining("\nready: running, started ") });

  const sending = [dev.command(["run", "Sleep"]), dev.command(["run", "Sleep"])];
  const watch = dev.command(["executions", "--watch"]);
  await until("both run a tool", async () => (await run("executions")).output.match(/ tool /g)?.length === 2);
  await watch.says(" tool: execute");
  watch.signal("SIGINT");
  expect(await watch.exited).toBe(130);

  const screen = startAtTerminal([installed.file, "executions", "--watch"], dev.env, dev.cwd);
  await using _ = screen;
  await screen.says("2 running or waiting");
  screen.type("\u0003");
  expect(await screen.exited).toBe(130);

  const { output } = await run("executions", "--json");
  const [first = "", second = ""] = output
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [(JSON.parse(line) as { id: string }).id]));
  const cancelled = await run("cancel", first);
  expect([cancelled.code, cancelled.errors]).toEqual([0, expect.stringContaining("is being cancelled")]);
  await until("it has ended", async () => (await run("executions", first)).output.includes("cancelled"));

  // A signal, and then an operator who is in a hurry.
  dev.signal("SIGTERM");
  await until("it drains", async () => (await run("status")).output.includes("draining"));
  expect((await run("health")).code).toBe(1);
  const drained = await run("drain", "--wait", "--cancel");
  expect([drained.code, drained.errors]).toEqual([0, ""]);
  expect(drained.output).toContain(second);
  expect(drained.output).toContain("The runner has ended.");
  await dev.exited;
  expect(dev.output().match(/Accepted POST \/shutdown/g)).toHaveLength(1);
  await Promise.all(sending.map(({ exited }) => exited));

  const gone = await run("status");
  expect([gone.code, gone.errors]).toEqual([4, expect.stringContaining("no runner answers at http://127.0.0.1:")]);
});
