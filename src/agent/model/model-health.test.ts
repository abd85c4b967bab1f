import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { ModelConfig } from "../../config/index.ts";
import { silentLogger } from "../../log/index.ts";
import { withRemedies } from "../../shared/runner-error.ts";
import { AgentError } from "../agent-error.ts";
import { BaseUrl } from "./base-url.ts";
import { ModelHealth } from "./model-health.ts";

const servers: { stop(force: boolean): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(true)));
});

const base: ModelConfig = { defaultProvider: "ollama", maxTokens: 1, temperature: 0 };
/** A check that asks each time. */
function health(config: Partial<ModelConfig>, cacheMs = { good: 0, bad: 0 }) {
  const whole = { ...base, ...config };
  return new ModelHealth(whole, new BaseUrl(whole, silentLogger), cacheMs);
}

/** An Ollama whose list of models is this text. */
function ollama(tags: () => string) {
  let asked = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      asked++;
      return new URL(request.url).pathname === "/api/tags" ? new Response(tags()) : new Response("", { status: 404 });
    },
  });
  servers.push(server);
  return { url: `http://127.0.0.1:${server.port}`, asked: () => asked };
}
const models = (...names: string[]) => JSON.stringify({ models: names.map((name) => ({ name })) });

describe("the health of the default model is ok", () => {
  test("if Ollama has it, also under its full name", async () => {
    const { url } = ollama(() => models("qwen2.5-coder:7b", "Mistral:latest"));
    expect(await health({ ollamaBaseUrl: url }).check()).toBeUndefined();
    expect(await health({ ollamaBaseUrl: `${url}/`, name: "mistral" }).check()).toBeUndefined();
  });

  test("if there is a key for its provider", async () => {
    expect(await health({ provider: "anthropic", anthropicApiKey: "key" }).check()).toBeUndefined();
    expect(await health({ provider: "openai", apiKey: "key" }).check()).toBeUndefined();
  });
});

describe("the health of the default model is degraded, with what to do,", () => {
  const reasonOf = async (config: Partial<ModelConfig>) => {
    const problem = await health(config).check();
    expect(problem?.status).toBe("degraded");
    if (problem === undefined) throw new Error("no problem was found");
    expect(problem.remedies).not.toBeEmpty();
    return withRemedies(problem.reason, problem.remedies ?? []);
  };

  test("if Ollama is not reachable, is another server or does not have it", async () => {
    const server = ollama(() => models("llama3.2:3b"));
    expect(await reasonOf({ ollamaBaseUrl: server.url })).toContain(
      "has no model 'qwen2.5-coder:7b', which is the default one. Get it with `ollama pull qwen2.5-coder:7b`",
    );
    const other = ollama(() => "<html>");
    expect(await reasonOf({ ollamaBaseUrl: other.url })).toContain(`the server at ${other.url} is not Ollama (200)`);
    await Promise.all(servers.splice(0).map((one) => one.stop(true)));
    expect(await reasonOf({ ollamaBaseUrl: server.url.replace("://", "://user:pass@") })).toContain(
      `not reachable at ${server.url}. Start it with \`ollama serve\``,
    );
  });

  test("if there is no key for its provider", async () => {
    expect(await reasonOf({ provider: "anthropic", openaiApiKey: "other" })).toContain("Set ANTHROPIC_API_KEY");
    expect(await reasonOf({ name: "gpt-4o", anthropicApiKey: "other" })).toContain("Set OPENAI_API_KEY");
  });

  test("if its script is missing or invalid", async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, "script.yaml");
    expect(await reasonOf({ provider: "scripted" })).toContain("Set STIGMER_LLM_SCRIPT");
    expect(await reasonOf({ provider: "scripted", script })).toContain("ENOENT");
    await Bun.write(script, "turns: nothing");
    expect(await reasonOf({ provider: "scripted", script })).toContain(`The model script ${script} is not valid`);
    await Bun.write(script, "turns: [{text: Hi}]");
    expect(await health({ provider: "scripted", script }).check()).toBeUndefined();
  });

  test("if its key was refused, until a call succeeds", async () => {
    const check = health({ provider: "openai", openaiApiKey: "key" });
    check.keyRefused("anthropic", new AgentError("model-call", "another provider's key"));
    expect(await check.check()).toBeUndefined();
    const remedies = ["Check it."];
    check.keyRefused("openai", new AgentError("model-call", "OpenAI refuses the API key", { remedies }));
    expect(await check.check()).toEqual({ status: "degraded", reason: "OpenAI refuses the API key", remedies });
    check.keyAccepted("openai");
    expect(await check.check()).toBeUndefined();
  });
});

test("the health of the default model recovers by itself", async () => {
  let tags = models();
  const check = health({ ollamaBaseUrl: ollama(() => tags).url });
  expect((await check.check())?.status).toBe("degraded");
  tags = models("qwen2.5-coder:7b");
  expect(await check.check()).toBeUndefined();
});

test("the health of the default model is cached", async () => {
  const server = ollama(() => models());
  const check = health({ ollamaBaseUrl: server.url }, { good: 60_000, bad: 60_000 });
  for (let n = 0; n < 5; n++) expect((await check.check())?.status).toBe("degraded");
  expect(server.asked()).toBe(1);
});
