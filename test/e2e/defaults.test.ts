import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { installProgram, startProgram } from "../support/program.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  file = await installProgram(join(folder.path, "program"));
  await Bun.write(join(folder.path, "my.env"), "LOG_LEVEL=debug\n");
});
afterAll(() => folder[Symbol.asyncDispose]());

async function ended(args: readonly string[], env: Record<string, string> = {}) {
  await using program = startProgram(file, args, { MODE: "local", ...env }, folder.path);
  return { code: await program.exited, output: program.output(), errors: program.errors() };
}

describe("--default", () => {
  test("has lower precedence than the env file and the environment", async () => {
    const defaults = ["--default=LOG_LEVEL=warn", "--default", "DRAIN_TIMEOUT=3", "--default=ADMIN_PORT=1"];
    const { code, output } = await ended([...defaults, "--env-file", "my.env", "config"], { ADMIN_PORT: "2" });
    expect(code).toBe(0);
    expect(output).toMatch(/^DRAIN_TIMEOUT +3 +\(default of this command\)$/m);
    expect(output).toMatch(/^LOG_LEVEL +debug +\(my\.env\)$/m);
    expect(output).toMatch(/^ADMIN_PORT +2 +\(environment\)$/m);
  });

  test("works without a command, and applies to the first log line", async () => {
    const { code, output } = await ended(
      ["--default", "LOG_FORMAT=json", "--default", "TEMPORAL_SERVICE_ADDRESS=127.0.0.1:1"],
      { ADMIN_PORT: "0" },
    );
    expect(code).toBe(4);
    const messages = output
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toContain("Temporal: 127.0.0.1:1 (namespace: default)");
  });

  test("is refused without NAME=value, and with a wrong value", async () => {
    for (const args of [["--default", "nonsense", "config"], ["--default=lower=1", "config"], ["--default"]])
      expect((await ended(args)).code).toBe(2);
    const { code, errors } = await ended(["--default", "ADMIN_PORT=http", "config"]);
    expect(code).toBe(3);
    expect(errors).toContain('ADMIN_PORT "http" is not a whole number');
  });
});

test("wrong arguments are named: unknown commands, also with --help, and lower-case names", async () => {
  for (const [args, problem] of [
    [["bogus", "--help"], "unknown command 'bogus'"],
    [["--default", "LOG_LEVEL=warn", "bogus", "-h"], "unknown command 'bogus'"],
    [["help", "bogus"], "unknown command 'bogus'"],
    [["help", "strat"], "(Did you mean start?)"],
    [["--default", "mode=local", "config"], "Names of variables are in upper case: write MODE for mode."],
  ] as const) {
    const { code, output, errors } = await ended(args);
    expect({ args, code, output }).toEqual({ args, code: 2, output: "" });
    expect(errors).toContain(problem);
  }
  for (const args of [["help", "run"], ["run", "--help"], ["help"], ["--help"]])
    expect(await ended(args)).toMatchObject({ code: 0, output: expect.stringMatching(/^Usage: /), errors: "" });
});
