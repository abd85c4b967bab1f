import { describe, expect, test } from "bun:test";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { ConfigError, loadConfig } from "./index.ts";
import type { EnvMap } from "./sources.ts";

/** An empty env file: the tests must not read the one in the working directory. */
const NO_FILE = "/dev/null";
const CLOUD = { STIGMER_API_KEY: "jwt-of-the-runner", DAYTONA_API_KEY: "daytona-key", REDIS_HOST: "redis" };

const load = (env: EnvMap) => loadConfig({ env, envFile: NO_FILE });
const loadLocal = (env: EnvMap = {}) => load({ MODE: "local", ...env });

function failure(env: EnvMap): ConfigError {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("the mode", () => {
  test("is cloud by default", () => {
    expect(load(CLOUD).config.mode).toBe("cloud");
  });

  test("is explained if it is not set and the configuration is invalid", () => {
    expect(failure({}).warnings).toEqual([expect.stringContaining("on a laptop set MODE=local")]);
    expect(failure({ MODE: "cloud" }).warnings).toEqual([]);
    expect(load(CLOUD).warnings).toEqual([]);
  });

  test("is the command's default if nothing else sets it", () => {
    const local = { defaults: { MODE: "local" }, envFile: NO_FILE };
    expect(loadConfig({ env: {}, ...local }).config.mode).toBe("local");
    expect(() => loadConfig({ env: { MODE: "cloud" }, ...local })).toThrow("REDIS_HOST is not set");
  });

  test("may be written in upper or lower case", () => {
    expect(load({ MODE: "LOCAL" }).config.mode).toBe("local");
  });

  test("is refused if it is neither local nor cloud", () => {
    expect(failure({ MODE: "laptop" }).problems).toEqual([
      expect.objectContaining({ variable: "MODE", problem: '"laptop" is not a mode', allowed: "cloud or local" }),
    ]);
  });
});

describe("local mode", () => {
  test("requires no setting", () => {
    expect(loadLocal().config).toMatchObject({
      mode: "local",
      apiKey: "dummy-local-key",
      temporal: {
        address: "localhost:7233",
        namespace: "default",
        taskQueue: "agent_execution_runner",
        maxConcurrency: 10,
      },
      stigmer: { endpoint: "localhost:50051", tls: false },
      model: { defaultProvider: "ollama", maxTokens: 8192, temperature: 0 },
      sandbox: { root: "./workspace", rootDir: resolve("workspace") },
      dataDir: `${homedir()}/.stigmer/agent-runner`,
      log: { level: "info", format: "text" },
    });
  });

  test("has no configuration of Redis and Daytona", () => {
    const { config } = loadLocal({ REDIS_HOST: "redis", DAYTONA_API_KEY: "daytona-key" });
    if (config.mode !== "local") throw new Error("the mode is local");
    // @ts-expect-error The types know it too.
    expect(config.redis).toBeUndefined();
    expect(Object.keys(config)).not.toContain("daytona");
  });
});

describe("cloud mode", () => {
  test("reports all missing settings together", () => {
    const { problems } = failure({ MODE: "cloud" });
    expect(problems.map(({ variable }) => variable).sort()).toEqual([
      "DAYTONA_API_KEY",
      "REDIS_HOST",
      "STIGMER_API_KEY",
    ]);
    for (const { problem, remedy } of problems) {
      expect(problem).toBe("is not set");
      expect(remedy).not.toBe("");
    }
  });

  test("has its own defaults", () => {
    expect(load(CLOUD).config).toMatchObject({
      mode: "cloud",
      stigmer: { endpoint: "localhost:8080" },
      model: { defaultProvider: "anthropic", maxTokens: 20_000 },
      redis: { host: "redis", port: 6379, db: 0 },
      daytona: { apiKey: "daytona-key" },
      credentials: { source: { key: "jwt-of-the-runner" }, strict: false },
    });
  });
});

describe("an invalid configuration", () => {
  test("is reported with every setting, its value, what is allowed and what to do", () => {
    const error = failure({
      MODE: "local",
      ADMIN_PORT: "8080x",
      TEMPORAL_MAX_CONCURRENCY: "0",
      STIGMER_LLM_TEMPERATURE: "warm",
      LOG_LEVEL: "loud",
    });
    expect(error.problems).toHaveLength(4);
    expect(error.message.split("\n")).toHaveLength(4);
    expect(error.message).toContain('ADMIN_PORT "8080x" is not a whole number. Allowed: a port from 1 to 65535');
    expect(error.message).toContain("Correct it, or unset it to use 8790.");
    expect(error.message).toContain('TEMPORAL_MAX_CONCURRENCY "0" is not between 1 and 1000.');
    expect(error.message).toContain('STIGMER_LLM_TEMPERATURE "warm" is not a number.');
    expect(error.message).toContain('LOG_LEVEL "loud" is none of debug, info, warn or error.');
  });

  test("is reported with invalid and missing settings together", () => {
    const { problems } = failure({ MODE: "cloud", REDIS_PORT: "NaN" });
    expect(problems.map(({ variable }) => variable)).toContain("REDIS_PORT");
    expect(problems.map(({ variable }) => variable)).toContain("REDIS_HOST");
  });

  test("is reported by the alias that was used, since that is the one to correct", () => {
    const { problems } = failure({ MODE: "local", TASK_QUEUE: " queue" });
    expect(problems[0]?.variable).toBe("TASK_QUEUE (alias of TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE)");
  });

  test("is reported without the values of secrets", () => {
    const error = failure({ MODE: "local", STIGMER_LLM_API_KEY: " sk-very-secret", TEMPORAL_API_KEY: "sk-other\n" });
    expect(error.problems).toHaveLength(2);
    expect(error.message).toContain("STIGMER_LLM_API_KEY (not shown) has white space around it");
    expect(error.message).not.toContain("sk-");
  });

  test("is reported with only the start of a very long value", () => {
    expect(failure({ MODE: "local", LOG_LEVEL: "x".repeat(10_000) }).message.length).toBeLessThan(1_000);
  });
});

describe("a loaded configuration", () => {
  test("is frozen at every level", () => {
    const { config } = loadLocal({ TEMPORAL_TLS: "true" });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.temporal)).toBe(true);
    expect(Object.isFrozen(config.temporal.tls)).toBe(true);
    expect(Object.isFrozen(config.model)).toBe(true);
  });

  test("lists the secrets that are set, and its views show none of them", () => {
    const secrets = { STIGMER_LLM_API_KEY: "sk-model", ADMIN_TOKEN: "admin-token", TEMPORAL_API_KEY: "sk-temporal" };
    const loaded = loadLocal({ ...secrets, LOG_LEVEL: "debug" });
    expect([...loaded.secrets].sort()).toEqual(Object.values(secrets).sort());
    const views = JSON.stringify(loaded.views);
    for (const value of Object.values(secrets)) expect(views).not.toContain(value);
    const view = loaded.views.find(({ variable }) => variable === "ADMIN_TOKEN");
    expect(view).toMatchObject({ secret: true, value: "***" });
  });

  test("lists variables that look like typos", () => {
    expect(loadLocal({ STIGMER_LLM_MODLE: "llama3.2" }).typos).toEqual([
      { found: "STIGMER_LLM_MODLE", meant: "STIGMER_LLM_MODEL" },
    ]);
  });
});

describe("problems", () => {
  test("of single settings and between settings are reported together", () => {
    expect(() => loadLocal({ ADMIN_PORT: "8080x", STIGMER_EXECUTION_MODE: "sandbox" })).toThrow(
      /(?=[\s\S]*ADMIN_PORT "8080x")(?=[\s\S]*STIGMER_EXECUTION_MODE)/,
    );
  });

  test("with a URL do not show the password in it", () => {
    expect(() => loadLocal({ OLLAMA_BASE_URL: "http://me:hunter2@host" })).toThrow(
      '"http://***@host" has a user name or a password',
    );
  });
});

test("an alias in the environment wins over the main name in the file", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/.env`;
  await Bun.write(file, "SANDBOX_ROOT_DIR=./file\n");
  const { config } = loadConfig({ env: { MODE: "local", WORKSPACE_ROOT: "./launcher" }, envFile: file });
  expect(config.mode === "local" && config.sandbox.root).toBe("./launcher");
});

describe("the token of cloud mode", () => {
  const { STIGMER_API_KEY: _, ...rest } = CLOUD;

  test("is either the variable or the file", () => {
    expect(load({ ...rest, STIGMER_API_KEY_FILE: import.meta.path }).config).toMatchObject({
      credentials: { source: { file: import.meta.path } },
    });
    expect(() => load(rest)).toThrow(
      "STIGMER_API_KEY is not set. Allowed: one of STIGMER_API_KEY and STIGMER_API_KEY_FILE",
    );
    expect(() => load({ ...CLOUD, STIGMER_API_KEY_FILE: import.meta.path })).toThrow("is set, and STIGMER_API_KEY too");
  });

  test("is not reported as missing if its file is invalid", () => {
    expect(failure({ ...rest, STIGMER_API_KEY_FILE: "/nowhere" }).problems.map(({ variable }) => variable)).toEqual([
      "STIGMER_API_KEY_FILE",
    ]);
  });
});

test("typos are reported with invalid settings", () => {
  const attempt = () =>
    loadConfig({ env: { MODE: "local", ADMIN_PORT: "x", STIGMER_LLM_MODLE: "y" }, envFile: "/dev/null" });
  expect(attempt).toThrow(
    expect.objectContaining({ warnings: [expect.stringContaining("did you mean STIGMER_LLM_MODEL?")] }),
  );
});
