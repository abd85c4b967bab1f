import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { startAnthropicDouble } from "../support/anthropic-double.ts";
import { type DevProgram, startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startOllamaDouble } from "../support/ollama-double.ts";
import { startOpenAiDouble } from "../support/openai-double.ts";
import { messagesOf, type RunningProgram } from "../support/program.ts";

const installed = installedProgram();

interface Dev extends DevProgram {
  readonly admin: string;
  readonly workspace: string;
  run(...args: string[]): RunningProgram;
}

/** `dev` in a folder of its own, ready. */
async function dev(more: Record<string, string>): Promise<Dev> {
  const program = await startDev(installed, more);
  return {
    ...program,
    admin: `http://127.0.0.1:${program.env["ADMIN_PORT"]}`,
    workspace: join(program.cwd, "workspace"),
    run: (...args) => program.command(["run", ...args], { API_TOKEN: "run-secret-value" }),
  };
}

const visible = async (path: string) => (await readdir(path)).filter((name) => !name.startsWith("."));
const linesOf = (output: string) => output.trimEnd().split("\n");

describe("the compiled program", () => {
  test("executes no call of an answer that the token limit cut off", async () => {
    await using anthropic = startAnthropicDouble("sk-ant-test", [
      {
        text: "I write.",
        tools: [
          { name: "write_file", args: { file_path: "a.txt", content: "whole" } },
          { name: "write_file", raw: '{"file_path":"b.txt","content":"first half of a bi' },
          { name: "execute", raw: '{"command":"touch c.txt; rm -rf important' },
        ],
        stop: "max_tokens",
      },
      { text: "", tools: [{ name: "__proto__" }, { name: "toString" }, { name: "extract-x" }, { name: "" }] },
      { text: "I could not." },
    ]);
    await using everything = await dev({
      STIGMER_LLM_PROVIDER: "anthropic",
      STIGMER_LLM_BASE_URL: anthropic.url,
      ANTHROPIC_API_KEY: "sk-ant-test",
    });
    await using run = everything.run("Write");
    expect(await run.exited).toBe(0);
    expect(run.output()).toContain("not executed: the model's answer was cut off at the limit of 8192 tokens");
    expect(run.output()).toContain("I could not.");
    expect(await visible(everything.workspace)).toEqual([]);
    expect(anthropic.requests).toHaveLength(3);
  });

  test("explains a broken stream, and logs the output of libraries", async () => {
    const garbage = `data: {"run-secret-value \u001b[2J\u0000\n\n`;
    const broken = { http: { status: 200, body: garbage, headers: { "content-type": "text/event-stream" } } };
    await using openai = startOpenAiDouble("sk-test-key", Array(4).fill(broken));
    await using everything = await dev({
      STIGMER_LLM_PROVIDER: "openai",
      STIGMER_LLM_BASE_URL: openai.url,
      OPENAI_API_KEY: "sk-test-key",
      LOG_LEVEL: "debug",
    });
    await using run = everything.run("Speak", "--secret-env", "API_TOKEN");
    expect(await run.exited).toBe(1);
    expect(run.output()).toContain("The model's answer broke off before its end. Send the message again;");
    expect(run.output()).not.toMatch(/bunfs|langchain|malformed|Troubleshooting|wrapModelCall|\n\s+at /);
    expect(openai.requests).toHaveLength(4);
    const messages = messagesOf(everything.output());
    // With the ids of the execution.
    expect(messages).toContainEqual(expect.stringMatching(/^Could not parse message into JSON: \[executionId=aex-/));
    expect(messages.filter((message) => message.includes("failed and is repeated in"))).toHaveLength(3);
    expect(messages).toHaveLength(linesOf(everything.output()).length);
    expect(everything.output()).not.toContain("run-secret-value");
    expect(everything.errors()).toBe("");
  });
});

describe("unusable default model", () => {
  const health = async (everything: Dev) => {
    const body = (await (await fetch(`${everything.admin}/healthz`)).json()) as {
      readonly status: string;
      readonly checks: readonly {
        readonly name: string;
        readonly status: string;
        readonly reason?: string;
        readonly remedies?: readonly string[];
      }[];
    };
    return { status: body.status, model: body.checks.find(({ name }) => name === "model") };
  };
  const ready = async (everything: Dev) => (await fetch(`${everything.admin}/readyz`)).status;

  test("causes a warning and a degraded check, and leaves the runner ready", async () => {
    await using everything = await dev({ STIGMER_LLM_PROVIDER: "anthropic" });
    await everything.says("model is degraded: The model 'claude-sonnet-4-5-20250929' needs an API key of Anthropic");
    await until("every check is made", async () => (await health(everything)).status !== "not ready");
    const { status, model } = await health(everything);
    expect([status, model?.status]).toEqual(["degraded", "degraded"]);
    expect(model?.remedies?.join()).toContain("Set ANTHROPIC_API_KEY");
    expect(await ready(everything)).toBe(200);
  });

  test("recovers when the model is pulled", async () => {
    const models: string[] = [];
    await using ollama = startOllamaDouble(models);
    await using everything = await dev({ OLLAMA_BASE_URL: ollama.url });
    await everything.says("has no model 'qwen2.5-coder:7b', which is the default one. Get it with");
    models.push("qwen2.5-coder:7b");
    await everything.says("model has recovered");
    expect((await health(everything)).model).toMatchObject({ name: "model", status: "ok" });
  });

  test("is detected by an execution whose key is refused", async () => {
    await using openai = startOpenAiDouble("another-key", []);
    await using everything = await dev({
      STIGMER_LLM_PROVIDER: "openai",
      STIGMER_LLM_BASE_URL: openai.url,
      OPENAI_API_KEY: "sk-wrong-key",
    });
    expect(await everything.run("Speak").exited).toBe(1);
    await until("the check knows", async () => (await health(everything)).model?.status === "degraded");
    expect((await health(everything)).model?.reason).toContain("OpenAI refuses the API key");
    expect(everything.output()).not.toContain("sk-wrong-key");
  });
});

test("an Ollama address under another host name is not used for Anthropic, and the log says so", async () => {
  await using ollama = startOllamaDouble();
  await using everything = await dev({
    STIGMER_LLM_PROVIDER: "anthropic",
    ANTHROPIC_API_KEY: "sk-ant-test",
    STIGMER_LLM_BASE_URL: ollama.url,
  });
  await everything.says("is the address of Ollama, according to the server: it is not used for anthropic");
  expect(ollama.requests).toEqual([]);
});
