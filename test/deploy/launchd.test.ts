/** The property list for launchd: its format, its keys, and what it starts. */
import { describe, expect, test } from "bun:test";
import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { withTool } from "../support/requirement.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const file = join(import.meta.dir, "../../deploy/launchd/com.stigmer.agent-runner.plist");

/** Keys of launchd.plist(5), as far as a job like this one may have them, with the types of their values. */
const KEYS: Readonly<Record<string, string>> = {
  Label: "string",
  ProgramArguments: "object",
  EnvironmentVariables: "object",
  WorkingDirectory: "string",
  RunAtLoad: "boolean",
  KeepAlive: "object",
  ThrottleInterval: "number",
  ExitTimeOut: "number",
  Umask: "number",
  SoftResourceLimits: "object",
  ProcessType: "string",
};
/** Of the dictionary KeepAlive. */
const KEEP_ALIVE = ["SuccessfulExit", "PathState", "OtherJobEnabled", "Crashed"];
/** The drain of `dev`, and what comes after it. */
const DEV_STOPS_WITHIN = 30;

/** A strict parser of property lists. @throws Error with what is wrong */
async function parsePlist(path: string): Promise<Record<string, unknown>> {
  const code =
    "import plistlib, json, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'), fmt=plistlib.FMT_XML)))";
  const child = Bun.spawn(["python3", "-c", code, path], { stdout: "pipe", stderr: "pipe" });
  const [out, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(errors);
  return JSON.parse(out) as Record<string, unknown>;
}

/** Runs the job's command with a program that says how it was started. */
async function startJob(home: string): Promise<{ readonly pid: number; readonly log: string }> {
  const [shell = "", ...args] = (await parsePlist(file))["ProgramArguments"] as string[];
  const program = join(home, "bin/agent-runner");
  await Bun.write(join(home, "Library/Logs/.keep"), "");
  await Bun.write(program, '#!/bin/sh\necho "$$ $PWD $*"\n');
  await chmod(program, 0o755);
  const child = Bun.spawn([shell, ...args], { env: { HOME: home, PATH: `${join(home, "bin")}:/usr/bin:/bin` } });
  expect(await child.exited).toBe(0);
  return { pid: child.pid, log: join(home, "Library/Logs/agent-runner.log") };
}

describe.if(withTool("python3", "the property list of launchd"))("the property list", () => {
  test("is well-formed, with keys and types that launchd knows", async () => {
    const job = await parsePlist(file);
    for (const [key, value] of Object.entries(job))
      expect([key, typeof value]).toEqual([key, KEYS[key] ?? "unknown key"]);
    expect(Object.keys(job["KeepAlive"] as object).filter((key) => !KEEP_ALIVE.includes(key))).toEqual([]);
    expect(file).toEndWith(`/${job["Label"]}.plist`);
    expect(job["Umask"]).toBe(0o077);
    expect(job["ExitTimeOut"]).toBeGreaterThan(DEV_STOPS_WITHIN);
  });

  test("starts a command that becomes the program, in a directory of the user", async () => {
    await using folder = await temporaryFolder();
    const started = await startJob(folder.path);
    expect(await readFile(started.log, "utf8")).toBe(`${started.pid} ${folder.path}/agents dev --no-input\n`);
  });

  test("moves a long log aside at the start, and adds to a short one", async () => {
    await using folder = await temporaryFolder();
    const { log } = await startJob(folder.path);
    await startJob(folder.path);
    expect((await readFile(log, "utf8")).split("\n")).toHaveLength(3);
    await Bun.write(log, "x".repeat(11 * 2 ** 20));
    const { pid } = await startJob(folder.path);
    expect(await readFile(log, "utf8")).toStartWith(`${pid} `);
    expect((await stat(`${log}.1`)).size).toBe(11 * 2 ** 20);
  });
});
