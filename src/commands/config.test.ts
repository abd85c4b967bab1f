import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type EnvMap, listSettings } from "../config/index.ts";
import { config } from "./config.ts";

function show(env: EnvMap, more: { json?: boolean; envFile?: string } = {}) {
  const [output, errors]: string[][] = [[], []];
  const code = config({
    env: { NO_COLOR: "1", ...env },
    envFile: "/dev/null",
    json: false,
    ...more,
    write: (text) => void output?.push(text),
    writeError: (text) => void errors?.push(text),
  });
  return { code, output: output?.join("") ?? "", errors: errors?.join("") ?? "" };
}

const WRONG = {
  MODE: "local",
  ADMIN_PORT: "http",
  WORKSPACE_ROOT: "/srv/work",
  STIGMER_LLM_API_KEY: "sk-secret",
  OLLAMA_BASE_URL: "http://me:hunter2@host",
};

test("config shows what is set and what is invalid, and no secrets", () => {
  const { code, output, errors } = show(WRONG);
  expect(code).toBe(3);
  expect(output).toMatch(/^ADMIN_PORT +http +\(environment\)$/m);
  expect(output).toMatch(/^SANDBOX_ROOT_DIR +\/srv\/work +\(environment \(WORKSPACE_ROOT\)\)$/m);
  expect(output).toMatch(/^OLLAMA_BASE_URL +http:\/\/\*\*\*@host /m);
  expect(output).toMatch(/^LOG_LEVEL +info +\(default\)$/m);
  expect(errors).toContain('error: ADMIN_PORT "http" is not a whole number');
  expect(output + errors).not.toMatch(/sk-secret|hunter2/);
});

test("config --json has both settings and problems", () => {
  const { code, output } = show(WRONG, { json: true });
  expect(code).toBe(3);
  const { mode, settings, problems } = JSON.parse(output) as { mode: string; settings: object[]; problems: object[] };
  expect(mode).toBe("local");
  expect(settings).toContainEqual({ variable: "ADMIN_PORT", value: "http", secret: false, origin: "environment" });
  expect(settings).toContainEqual({
    variable: "STIGMER_LLM_API_KEY",
    value: "***",
    secret: true,
    origin: "environment",
  });
  expect(problems).toContainEqual(expect.objectContaining({ variable: "ADMIN_PORT" }));
  expect(output).not.toMatch(/sk-secret|hunter2/);
});

test("config shows the settings of both modes if MODE is invalid or the env file is missing", () => {
  const wrongMode = show({
    MODE: "laptop",
    REDIS_HOST: "redis",
    SANDBOX_ROOT_DIR: "/srv",
    DAYTONA_API_KEY: "dtn-secret",
  });
  expect(wrongMode.code).toBe(3);
  expect(wrongMode.output.split("\n").map((line) => line.replace(/ +/g, " "))).toEqual([
    "MODE laptop (environment)",
    "SANDBOX_ROOT_DIR /srv (environment)",
    "DAYTONA_API_KEY *** (environment)",
    "REDIS_HOST redis (environment)",
    "",
  ]);
  expect(wrongMode.errors).toBe(
    'error: MODE "laptop" is not a mode. Allowed: cloud or local. Set MODE=local on a laptop, MODE=cloud in a cluster.\n',
  );
  const noFile = show({ MODE: "local", LOG_LEVEL: "debug" }, { envFile: "/nowhere/my.env" });
  expect(noFile.code).toBe(3);
  expect(noFile.output).toMatch(/^LOG_LEVEL +debug +\(environment\)$/m);
  expect(noFile.errors).toContain("error: --env-file /nowhere/my.env cannot be read");
});

test.each(["local", "cloud"] as const)("every setting of %s mode is shown, once", (mode) => {
  const { output } = show({ MODE: mode });
  const shown = output.split("\n").map((line) => line.split(" ")[0]);
  const declared = listSettings().filter(({ modes }) => modes.includes(mode));
  expect(shown.toSorted()).toEqual(["", ...declared.map(({ names }) => names[0])].toSorted());
});

test("config marks settings without effect, and warns of them unless they have their default value", () => {
  const { code, output, errors } = show({
    MODE: "local",
    SANDBOX_TYPE: "filesystem",
    STIGMER_SANDBOX_IMAGE: "my/image",
    STIGMER_SANDBOX_CLEANUP: "TRUE",
  });
  expect(code).toBe(0);
  expect(output).toMatch(/^SANDBOX_TYPE +filesystem +\(environment; no effect\)$/m);
  expect(output).toMatch(/^STIGMER_SANDBOX_IMAGE +my\/image +\(environment; no effect\)$/m);
  expect(output).toMatch(/^STIGMER_EXECUTION_MODE +local +\(default; no effect\)$/m);
  expect(errors).toBe("warning: STIGMER_SANDBOX_IMAGE is set and has no effect: containers are not available yet\n");
});

test("config prints an invalid value on one line, cut and without control characters", async () => {
  await using folder = await temporaryFolder();
  const envFile = join(folder.path, "my.env");
  await Bun.write(envFile, "MODE=local\n");
  const { output, errors } = show({ LOG_LEVEL: `\u001b[2J\n${"x".repeat(10_000)}` }, { envFile });
  expect(output + errors).not.toContain("\u001b[2J");
  for (const line of `${output}${errors}`.split("\n")) expect(line.length).toBeLessThan(500);
});
