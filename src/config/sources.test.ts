import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { ConfigError, loadConfig } from "./index.ts";
import { readSources } from "./sources.ts";

/** Writes an env file and returns its path. */
async function envFile(folder: string, text: string): Promise<string> {
  const file = join(folder, "my.env");
  await Bun.write(file, text);
  return file;
}

describe("values", () => {
  test("come from the env file if the environment has none", async () => {
    await using folder = await temporaryFolder();
    const file = await envFile(folder.path, "# a comment\nMODE=local\nLOG_LEVEL=debug\nTEMPORAL_NAMESPACE='a b'\n");
    const { config, views } = loadConfig({ env: {}, envFile: file });
    expect(config).toMatchObject({ mode: "local", log: { level: "debug" }, temporal: { namespace: "a b" } });
    const view = views.find(({ variable }) => variable === "LOG_LEVEL");
    expect(view?.origin).toEqual({ from: "file", name: "LOG_LEVEL", file });
  });

  test("of the environment win over those of the env file", async () => {
    await using folder = await temporaryFolder();
    const file = await envFile(folder.path, "MODE=local\nLOG_LEVEL=debug\n");
    const { config, views } = loadConfig({ env: { LOG_LEVEL: "warn" }, envFile: file });
    expect(config.log.level).toBe("warn");
    expect(views.find(({ variable }) => variable === "LOG_LEVEL")?.origin).toEqual({
      from: "environment",
      name: "LOG_LEVEL",
    });
  });

  test("that are empty count as not set", async () => {
    await using folder = await temporaryFolder();
    const file = await envFile(folder.path, "MODE=local\nLOG_LEVEL=debug\nLOG_FORMAT=\n");
    const { config } = loadConfig({ env: { LOG_LEVEL: "" }, envFile: file });
    expect(config.log).toEqual({ level: "debug", format: "text" });
  });

  test("under the main name win over those under an alias", () => {
    const env = { MODE: "local", SANDBOX_ROOT_DIR: "/main", WORKSPACE_ROOT: "/second", TASK_QUEUE: "second-queue" };
    const { config, views } = loadConfig({ env, envFile: "/dev/null" });
    expect(config).toMatchObject({ sandbox: { rootDir: "/main" }, temporal: { taskQueue: "second-queue" } });
    const queue = views.find(({ variable }) => variable === "TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE");
    expect(queue?.origin).toEqual({ from: "environment", name: "TASK_QUEUE" });
  });

  test("that a command overrides win over all others, and its defaults lose to all others", async () => {
    await using folder = await temporaryFolder();
    const file = await envFile(folder.path, "ADMIN_PORT=1234\n");
    const { config } = loadConfig({
      env: { MODE: "cloud" },
      envFile: file,
      overrides: { MODE: "local" },
      defaults: { ADMIN_PORT: "0", LOG_LEVEL: "warn" },
    });
    expect(config).toMatchObject({ mode: "local", admin: { port: 1234 }, log: { level: "warn" } });
    const wrong = {
      env: { MODE: "local", DRAIN_TIMEOUT: "soon" },
      envFile: "/dev/null",
      defaults: { DRAIN_TIMEOUT: "5" },
    };
    expect(() => loadConfig(wrong)).toThrow("Correct it, or unset it to use 5.");
  });
});

describe("an env file", () => {
  test("that was named must exist", () => {
    expect(() => readSources({}, "/nowhere/my.env")).toThrow(ConfigError);
    expect(() => readSources({}, "/nowhere/my.env")).toThrow("--env-file /nowhere/my.env cannot be read");
  });

  test("is named with its invalid setting", async () => {
    await using folder = await temporaryFolder();
    const file = await envFile(folder.path, "MODE=local\nADMIN_PORT=http\n");
    expect(() => loadConfig({ env: {}, envFile: file })).toThrow(`ADMIN_PORT in ${file} "http" is not a whole number`);
  });

  test("is searched for typos too", async () => {
    await using folder = await temporaryFolder();
    const file = await envFile(folder.path, "MODE=local\nTEMPORAL_NAMESPAC=mine\n");
    expect(loadConfig({ env: {}, envFile: file }).typos).toEqual([
      { found: "TEMPORAL_NAMESPAC", meant: "TEMPORAL_NAMESPACE" },
    ]);
  });
});
