/** The units, held against systemd's own checks and against the program. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { EXIT } from "../../src/cli/index.ts";
import { typedLine } from "../../src/completion/index.ts";
import { listSettings, loadConfig } from "../../src/config/index.ts";
import { program } from "../../src/program.ts";
import { withTool } from "../support/requirement.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const units = join(import.meta.dir, "../../deploy/systemd");
const UNITS = ["agent-runner.service", "agent-runner-dev.service"] as const;
const SERVICE = "agent-runner.service";
/** What the program is called in the units. */
const PROGRAM = /^ExecStart=(\S+)\/agent-runner(?= )/m;
/** Above the drain: until executions that are cut off have ended, and connections are closed. */
const AFTER_DRAIN = 25;
/** systemd's measure, from 0 to 10. What is missing: a limit of addresses, and what commands of agents need. */
const MAX_EXPOSURE = 2.0;

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const read = (unit: string) => Bun.file(join(units, unit)).text();

/** The values of a key, in order. */
const values = (text: string, key: string) =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);

/** Variables that a unit sets itself. */
const environment = (text: string) =>
  Object.fromEntries(
    values(text, "Environment")
      .flatMap((line) => line.split(" "))
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const),
  );

/** @param change of the unit, for planted mistakes */
async function analyze(unit: string, args: readonly string[], change = (text: string) => text) {
  const file = join(folder.path, unit);
  // The program need not be installed here.
  await Bun.write(file, change((await read(unit)).replace(PROGRAM, "ExecStart=/bin/true")));
  const child = Bun.spawn(["systemd-analyze", ...args, file], {
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, XDG_RUNTIME_DIR: folder.path },
  });
  const [out, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { out, errors, code: await child.exited };
}

const VERIFY = ["verify", "--man=no", "--recursive-errors=no"];

describe.if(withTool("systemd-analyze", "the systemd units"))("systemd", () => {
  test.each([...UNITS])("finds no fault in %s", async (unit) => {
    expect(await analyze(unit, VERIFY)).toEqual({ out: "", errors: "", code: 0 });
  });

  test("finds a key that is misspelled", async () => {
    const { errors } = await analyze(SERVICE, VERIFY, (text) => text.replace("KillMode=", "KilMode="));
    expect(errors).toContain("KilMode");
  });

  test("considers the service well confined", async () => {
    const { out, errors } = await analyze(SERVICE, ["security", "--offline=true", "--no-pager"]);
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(out)?.[1]);
    expect(errors).toBe("");
    expect(exposure).toBeLessThanOrEqual(MAX_EXPOSURE);
  });
});

describe.each([...UNITS])("%s", (unit) => {
  test("sets only variables that the program knows", async () => {
    const known = new Set([...listSettings().flatMap(({ names }) => names), "HOME"]);
    expect(Object.keys(environment(await read(unit))).filter((name) => !known.has(name))).toEqual([]);
  });

  test("calls the program as it can be called", async () => {
    const [line = ""] = values(await read(unit), "ExecStart");
    const [path, ...args] = typedLine(line, "").words;
    expect(path).toEndWith("/agent-runner");
    const root = program({ env: {}, exit: () => undefined });
    const called: string[] = [];
    for (const command of root.commands) command.action(() => void called.push(command.name()));
    await root.parseAsync(args, { from: "user" });
    expect(called).toEqual([unit.includes("dev") ? "dev" : "start"]);
  });

  test("is not tried again where that repairs nothing", async () => {
    const text = await read(unit);
    expect(values(text, "Restart")).toEqual(["on-failure"]);
    expect(values(text, "RestartPreventExitStatus")).toEqual([`${EXIT.usage} ${EXIT.configuration}`]);
  });
});

test("the service stops later than the drain ends, and signals the runner alone", async () => {
  const text = await read(SERVICE);
  const drain = Number(environment(text)["DRAIN_TIMEOUT"]);
  expect(Number(values(text, "TimeoutStopSec")[0])).toBeGreaterThan(drain + AFTER_DRAIN);
  expect(values(text, "KillMode")).toEqual(["mixed"]);
  const readme = await Bun.file(join(units, "../README.md")).text();
  expect(readme).toContain(`\`DRAIN_TIMEOUT\` (${drain} s)`);
});

test("the service has a valid configuration in local mode, and writes below its state directory", async () => {
  const text = await read(SERVICE);
  const state = "/var/lib";
  const env = Object.fromEntries(
    Object.entries(environment(text)).map(([name, value]) => [name, value.replace("%S", state)]),
  );
  const { config, warnings } = loadConfig({ env: { ...env, MODE: "local" }, envFile: "/dev/null" });
  const [directory] = values(text, "StateDirectory");
  expect(config.dataDir).toStartWith(`${state}/${directory}/`);
  expect(config.mode === "local" && config.sandbox.rootDir).toStartWith(`${state}/${directory}/`);
  expect(warnings).toEqual([]);
});

test("secrets are in no file that the service can read, and it starts where it cannot write", async () => {
  const text = await read(SERVICE);
  expect(text).not.toMatch(/^LoadCredential/m);
  expect(values(text, "EnvironmentFile")).toEqual(["/etc/agent-runner/runner.env", "/etc/agent-runner/secrets.env"]);
  expect(values(text, "WorkingDirectory")).toEqual(["/"]);
});
