import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { listSettings, loadConfig, redacted } from "./index.ts";

test("redacted settings show values and origins, but no values of secrets", async () => {
  await using folder = await temporaryFolder();
  const envFile = join(folder.path, "my.env");
  await Bun.write(envFile, "LOG_FORMAT=json\n");
  const { views } = loadConfig({
    env: { MODE: "local", TASK_QUEUE: "queue", STIGMER_LLM_API_KEY: "sk-secret" },
    envFile,
    defaults: { ADMIN_PORT: "0" },
  });
  const shown = new Map(redacted(views).map((setting) => [setting.variable, setting]));
  expect(JSON.stringify([...shown])).not.toContain("sk-secret");
  expect(shown.get("MODE")).toMatchObject({ value: "local", origin: "environment" });
  expect(shown.get("TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE")).toMatchObject({
    value: "queue",
    origin: "environment (TASK_QUEUE)",
  });
  expect(shown.get("LOG_FORMAT")).toMatchObject({ value: "json", origin: envFile });
  expect(shown.get("ADMIN_PORT")).toMatchObject({ value: "0", origin: "default of this command" });
  expect(shown.get("LOG_LEVEL")).toMatchObject({ value: "info", origin: "default", secret: false });
  expect(shown.get("STIGMER_LLM_API_KEY")).toMatchObject({ value: "***", secret: true });
  expect(shown.get("OPENAI_API_KEY")).toMatchObject({ value: null, secret: true });
});

test("every setting whose name ends with KEY, TOKEN or PASSWORD is a secret", () => {
  const named = listSettings()
    .flatMap(({ declarations }) => declarations)
    .filter(({ name }) => /(_KEY|_TOKEN|_PASSWORD)$/.test(name));
  expect(named.length).toBeGreaterThan(5);
  for (const { name, secret } of named) expect({ name, secret }).toEqual({ name, secret: true });
});
