import { afterEach, describe, expect, test } from "bun:test";
import type { ModelConfig } from "../../config/index.ts";
import { createLogger } from "../../log/index.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import { BaseUrl, classify } from "./base-url.ts";

const servers: { stop(force: boolean): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(true)));
});

/** A server that gives these answers by path. */
function serve(answers: Readonly<Record<string, string>>) {
  let asked = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      asked++;
      const answer = answers[new URL(request.url).pathname];
      return answer === undefined ? new Response("not found", { status: 404 }) : new Response(answer);
    },
  });
  servers.push(server);
  return { url: `http://127.0.0.1:${server.port}`, asked: () => asked };
}

function baseUrl(url: string, more: Partial<ModelConfig> = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line.split(" - ").slice(2).join(" - ").trimEnd());
  const log = createLogger({ level: "debug", format: "text", mask: new SecretMask(), write });
  const config: ModelConfig = {
    defaultProvider: "ollama",
    provider: "anthropic",
    maxTokens: 1,
    temperature: 0,
    baseUrl: url,
    ...more,
  };
  return { base: new BaseUrl(config, log), lines };
}

describe("a base URL is classified as Ollama's without a request", () => {
  test("if it equals OLLAMA_BASE_URL, in any spelling", () => {
    const same = [
      ["https://models.internal", "https://models.internal/"],
      ["https://MODELS.internal:443", "https://models.internal."],
      ["http://localhost:8080", "http://127.0.0.1:8080"],
      ["http://[::1]:8080/", "http://localhost:8080"],
    ] as const;
    for (const [url, ollama] of same) expect(classify(url, ollama)).toMatchObject({ ollama: true });
    expect(classify("https://models.internal:8443", "https://models.internal")).toBe("ask");
  });

  test("if it has the port of Ollama or the host `ollama`", () => {
    for (const url of [
      "http://host.docker.internal:11434",
      "http://10.0.0.7:11434/",
      "https://ollama.internal",
      "http://my-ollama:80",
    ])
      expect(classify(url, undefined)).toMatchObject({ ollama: true });
    for (const url of ["https://llm.internal", "http://notollamas:80"]) expect(classify(url, undefined)).toBe("ask");
  });
});

describe("a base URL is classified as another provider's without a request", () => {
  test("if it has a path, as Ollama's OpenAI-compatible endpoint has", () => {
    for (const url of ["http://ollama:11434/v1", "http://localhost:11434/v1/", "https://proxy.example/anthropic"])
      expect(classify(url, "http://ollama:11434")).toMatchObject({ ollama: false });
  });

  test("if it has the provider's own host", () => {
    expect(classify("https://api.anthropic.com", undefined)).toMatchObject({ ollama: false });
    expect(classify("https://eu.api.openai.com", undefined)).toMatchObject({ ollama: false });
  });
});

describe("a base URL that could be anybody's", () => {
  test("is not used if its server is Ollama; the server is asked once, and the log says what to do", async () => {
    for (const answers of [{ "/": "Ollama is running" }, { "/api/version": '{"version":"0.12.0"}' }]) {
      const server = serve(answers);
      const { base, lines } = baseUrl(server.url.replace("http://", "http://user:pass@"));
      expect([await base.resolve(), await base.resolve()]).toEqual([undefined, undefined]);
      expect(server.asked()).toBe(2);
      expect(lines).toEqual([
        `WARN - STIGMER_LLM_BASE_URL (${server.url}) is the address of Ollama, according to the server: it is not used for anthropic. If it is an endpoint of anthropic, add its path, such as /v1`,
      ]);
    }
  });

  test("is used if its server is not Ollama", async () => {
    const server = serve({ "/": "<html>A proxy that knows ollama</html>" });
    const { base, lines } = baseUrl(server.url);
    expect(await base.resolve()).toBe(server.url);
    expect(lines).toEqual([
      `INFO - STIGMER_LLM_BASE_URL (${server.url}) is not the address of Ollama, according to the server: it is used for anthropic`,
    ]);
  });

  test("is used if its server does not answer, which is logged once", async () => {
    const server = serve({ "/": "Ollama is running" });
    await servers.pop()?.stop(true);
    const { base, lines } = baseUrl(server.url);
    expect([await base.resolve(), await base.resolve()]).toEqual([server.url, server.url]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("did not answer within 2 s whether it is Ollama: it is used for anthropic");
  });
});

test("a base URL that is classified as Ollama's is not used, and the log says why and what to do", async () => {
  const { base, lines } = baseUrl("http://x:11434");
  expect(await base.resolve()).toBeUndefined();
  expect(lines).toEqual([
    "WARN - STIGMER_LLM_BASE_URL (http://x:11434) is taken for the address of Ollama, because 11434 is Ollama's port: it is not used for anthropic. If it is an endpoint of anthropic, add its path, such as /v1",
  ]);
});
