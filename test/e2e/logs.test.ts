/** The log of the compiled program, as machines and operators read it. */
import { expect, test } from "bun:test";
import { LOG_FIELDS } from "../../src/log/log-fields.ts";
import { startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startProgram } from "../support/program.ts";

const installed = installedProgram("ollama");

function records(output: string): Readonly<Record<string, unknown>>[] {
  return output.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}

function answerAfterATool(): void {
  const failing = { text: "I try.", tools: [{ name: "execute", args: { command: "exit 4" } }] };
  installed.ollama.converse((_, turn) => (turn === 0 ? failing : { text: "Done." }));
}

test("JSON has the documented fields and nothing beside it, also if libraries are told to print", async () => {
  answerAfterATool();
  const libraries = { DEBUG: "*", GRPC_TRACE: "all", GRPC_VERBOSITY: "DEBUG", LANGCHAIN_VERBOSE: "true" };
  const env = { OLLAMA_BASE_URL: installed.ollama.url, LOG_FORMAT: "json", LOG_LEVEL: "debug" };
  await using dev = await startDev(installed, { ...env, ...libraries });
  const quiet = { DEBUG: "", GRPC_TRACE: "", GRPC_VERBOSITY: "", LANGCHAIN_VERBOSE: "" };
  const runs = [dev.command(["run", "Go"], quiet), dev.command(["run", "Go"], quiet)];
  expect(await Promise.all(runs.map(({ exited }) => exited))).toEqual([0, 0]);
  await dev.says("Execution completed");
  dev.signal("SIGTERM");
  expect(await dev.exited).toBe(0);

  expect(dev.errors()).toBe("");
  const found = records(dev.output());
  const declared = new Map<string, string>(Object.entries(LOG_FIELDS).map(([name, { type }]) => [name, type]));
  for (const { level, time, logger, message, ...more } of found) {
    expect(["debug", "info", "warn", "error"]).toContain(String(level));
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(logger).toMatch(/^agent-runner(\.[a-z]+)*$/);
    expect(message).toBeString();
    for (const [name, value] of Object.entries(more))
      expect(`${name}: ${typeof value}`).toBe(`${name}: ${declared.get(name)}`);
  }
  // Whose line it is.
  const executions = new Set(found.flatMap(({ executionId }) => (executionId === undefined ? [] : [executionId])));
  expect(executions.size).toBe(2);
  for (const { logger, message, executionId } of found)
    if (logger === "agent-runner.execution") expect([message, executionId]).toEqual([message, expect.any(String)]);
  expect(found.some(({ logger }) => logger === "agent-runner.library")).toBe(true);
}, 120_000);

test("the level changes while it runs, returns by itself, and does not keep the process alive", async () => {
  answerAfterATool();
  await using dev = await startDev(installed, { OLLAMA_BASE_URL: installed.ollama.url, LOG_FORMAT: "json" });
  const level = async (...args: string[]) => {
    const command = dev.command(["log-level", ...args]);
    return { code: await command.exited, output: command.output() };
  };
  const debugLines = () => records(dev.output()).filter((record) => record["level"] === "debug");
  expect(await level()).toEqual({ code: 0, output: "The log level is info, as configured.\n" });
  expect(debugLines()).toEqual([]);

  expect((await level("debug", "--for", "1s")).output).toStartWith("The log level is debug until ");
  await dev.says("The log level is info again, as configured; it was debug");
  expect((await level()).output).toBe("The log level is info, as configured.\n");

  expect((await level("debug", "--for", "24h", "--json")).output).toContain(
    '"level":"debug","configured":"info","until":',
  );
  expect(await dev.command(["log-level", "loud"]).exited).toBe(2);
  expect(await dev.command(["log-level", "debug", "--for", "25h"]).exited).toBe(2);
  // Its drain tells more at this level.
  dev.signal("SIGTERM");
  expect(await dev.exited).toBe(0);
  expect(debugLines()).not.toEqual([]);
  expect(records(dev.output()).map(({ message }) => message)).toContainEqual(
    expect.stringMatching(
      /^Accepted PUT \/log-level from 127\.0\.0\.1: the log level was info and is debug for 24 h 0 min$/,
    ),
  );
}, 120_000);

test("writes that are refused are logged with their source, which a header cannot change, and without the token", async () => {
  const token = "the-token-of-the-operator";
  await using dev = await startDev(installed, { OLLAMA_BASE_URL: installed.ollama.url, ADMIN_TOKEN: token });
  const url = `http://127.0.0.1:${dev.env["ADMIN_PORT"]}`;
  const forged = { "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6", "x-real-ip": "6.6.6.6" };
  const send = async (method: string, path: string, init: RequestInit = {}) =>
    (await fetch(`${url}${path}`, { method, redirect: "manual", ...init, headers: { ...forged, ...init.headers } }))
      .status;
  const authorized = { authorization: `Bearer ${token}` };
  expect(await send("PUT", "/log-level", { headers: { authorization: "Bearer a-wrong-token" } })).toBe(401);
  expect(await send("PUT", "/log-level?token=a-wrong-token", { headers: authorized, body: "{}" })).toBe(400);
  expect(await send("POST", "/shutdown", { headers: { ...authorized, origin: "https://evil.example" } })).toBe(403);
  expect(await send("DELETE", "/executions", { headers: authorized })).toBe(405);
  await until("all are logged", () => dev.output().match(/ Refused /g)?.length === 4);
  const lines = dev
    .output()
    .split("\n")
    .filter((line) => line.includes(" Refused "));
  for (const [at, text] of ["PUT /log-level", "PUT /log-level", "POST /shutdown", "DELETE /executions"].entries())
    expect(lines[at]).toMatch(
      new RegExp(`Refused ${text} from 127\\.0\\.0\\.1: .* \\[requestId=\\S+ status=40\\d\\]$`),
    );
  expect(dev.output()).not.toMatch(/6\.6\.6\.6|a-wrong-token|the-token-of-the-operator/);
}, 120_000);

test.each([
  [{ LOG_FORMAT: "xml" }, / - agent-runner - ERROR - /, "LOG_FORMAT"],
  [{ LOG_FORMAT: "json", LOG_LEVEL: "loud" }, /^\{"level":"error"/, "LOG_LEVEL"],
])("%j is reported in the log, in a format that is known", async (env, line, variable) => {
  await using start = startProgram(installed.file, ["start"], { MODE: "local", ...env }, installed.folder.path);
  expect(await start.exited).toBe(3);
  expect(start.errors()).toBe("");
  const lines = start.output().trimEnd().split("\n");
  expect(lines.filter((text) => !line.test(text))).toEqual([]);
  expect(start.output()).toContain(variable);
});
