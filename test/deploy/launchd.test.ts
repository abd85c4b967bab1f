/** The property list for launchd: its format, its keys, and what it starts. */
import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { withTool } from "../support/requirement.ts";

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
    const [shell = "", ...args] = (await parsePlist(file))["ProgramArguments"] as string[];
    await using folder = await (await import("../support/temporary-folder.ts")).temporaryFolder();
    const bin = join(folder.path, "bin");
    await Bun.write(join(folder.path, "Library/Logs/.keep"), "");
    await Bun.write(join(bin, "agent-runner"), '#!/bin/sh\necho "$$ $PWD $*"\n');
    await Bun.spawn(["chmod", "755", join(bin, "agent-runner")]).exited;
    const child = Bun.spawn([shell, ...args], { env: { HOME: folder.path, PATH: `${bin}:/usr/bin:/bin` } });
    expect(await child.exited).toBe(0);
    const log = await readFile(join(folder.path, "Library/Logs/agent-runner.log"), "utf8");
    expect(log).toBe(`${child.pid} ${folder.path}/agents dev --no-input\n`);
  });
});
