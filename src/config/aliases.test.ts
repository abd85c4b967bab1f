import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type EnvMap, loadConfig } from "./index.ts";

const warnings = (env: EnvMap, envFile = "/dev/null") =>
  loadConfig({ env: { MODE: "local", ...env }, envFile }).warnings;
const QUEUE = "TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE";

test("two names of one setting with different values cause a warning that names the winner", () => {
  expect(warnings({ [QUEUE]: "mine", TASK_QUEUE: "launchers" })).toEqual([
    `TASK_QUEUE "launchers" has no effect: ${QUEUE} "mine" sets the same and wins. Unset one of the two.`,
  ]);
});

test("two names with the same value, or one of them empty, cause no warning", () => {
  expect(warnings({ [QUEUE]: "same", TASK_QUEUE: "same", SANDBOX_ROOT_DIR: "", WORKSPACE_ROOT: "/work" })).toEqual([]);
});

test("an alias in the environment that wins over the main name in the file causes a warning", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "my.env");
  await Bun.write(file, "SANDBOX_ROOT_DIR=./file\nTASK_QUEUE=file\n");
  expect(warnings({ WORKSPACE_ROOT: "./launcher", TASK_QUEUE: "environment" }, file)).toEqual([
    `SANDBOX_ROOT_DIR in ${file} "./file" has no effect: WORKSPACE_ROOT "./launcher" sets the same and wins. Unset one of the two.`,
  ]);
});

test("a name for traces beside one for all signals causes no warning, unless it is the one without effect", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "my.env");
  await Bun.write(file, "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=1\n");
  const general = { OTEL_EXPORTER_OTLP_TIMEOUT: "2" };
  expect(warnings({ OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "1", ...general })).toEqual([]);
  expect(warnings(general, file)).toEqual([
    expect.stringContaining(`OTEL_EXPORTER_OTLP_TRACES_TIMEOUT in ${file} "1" has no effect`),
  ]);
});

test("two settings that set the same for the provider cause a warning without their values", () => {
  const keys = { STIGMER_LLM_API_KEY: "sk-used", ANTHROPIC_API_KEY: "sk-unused" };
  expect(warnings({ STIGMER_LLM_PROVIDER: "anthropic", ...keys })).toEqual([
    "ANTHROPIC_API_KEY (not shown) has no effect: STIGMER_LLM_API_KEY (not shown) sets the same and wins. Unset one of the two.",
  ]);
  const urls = { STIGMER_LLM_BASE_URL: "http://a:11434?key=1", OLLAMA_BASE_URL: "http://b:11434" };
  const [warning = ""] = warnings({ STIGMER_LLM_PROVIDER: "ollama", ...urls });
  expect(warning).toStartWith("STIGMER_LLM_BASE_URL (not shown) has no effect: OLLAMA_BASE_URL");
  expect(warning).not.toContain("key=1");
  expect(warnings({ STIGMER_LLM_PROVIDER: "openai", ...keys, ...urls })).toEqual([]);
});
