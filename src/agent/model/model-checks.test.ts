import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { inspectConfig } from "../../config/index.ts";
import { modelChecks } from "./model-checks.ts";

type Env = Readonly<Record<string, string>>;

const open: { stop(force: boolean): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) void server.stop(true);
});

/** A provider; returns its URL and what it was asked. */
function provider(answer: (path: string, request: Request) => Response | Promise<Response>) {
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(`${request.method} ${pathname}${search}`);
      return await answer(pathname, request);
    },
  });
  open.push(server);
  return { url: `http://127.0.0.1:${server.port}`, asked };
}

async function results(env: Env) {
  const { config } = inspectConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });
  const checks = modelChecks("model" in config ? config.model : undefined);
  return await Promise.all(checks.map(async ({ id, run }) => ({ id, ...(await run(new AbortController().signal)) })));
}
const result = async (env: Env) => (await results(env))[0];

const missing = () => Response.json({ error: {} }, { status: 404 });
const CLAUDE = "claude-sonnet-4-5-20250929";
const anthropic = (url: string, env: Env = {}) =>
  result({
    STIGMER_LLM_PROVIDER: "anthropic",
    STIGMER_LLM_BASE_URL: `${url}/base`,
    ANTHROPIC_API_KEY: "the-key",
    ...env,
  });
const openai = (url: string, env: Env = {}) =>
  result({ STIGMER_LLM_PROVIDER: "openai", STIGMER_LLM_BASE_URL: `${url}/v1`, OPENAI_API_KEY: "the-key", ...env });

describe("a provider with a key", () => {
  test("passes with a model that it has, and is asked nothing that costs tokens", async () => {
    const { url, asked } = provider((path, request) => {
      if (request.headers.get("x-api-key") !== "the-key") return new Response("", { status: 401 });
      return path.endsWith("/models") ? Response.json({ data: [{ id: CLAUDE }] }) : Response.json({ id: CLAUDE });
    });
    expect(await anthropic(url)).toMatchObject({ status: "ok", detail: `${CLAUDE} of Anthropic; the key is accepted` });
    expect(asked.sort()).toEqual([`GET /base/v1/models/${CLAUDE}`, "GET /base/v1/models?limit=1000"]);
  });

  test("accepts an alias that is not in its list", async () => {
    const { url } = provider((path) => Response.json(path.endsWith("/models") ? { data: [] } : { id: "gpt-9" }));
    expect((await openai(url, { STIGMER_LLM_MODEL: "gpt-latest" }))?.status).toBe("ok");
  });

  test("names the variable of a key that it refuses", async () => {
    const { url } = provider(() => new Response("", { status: 401 }));
    expect(await anthropic(url)).toMatchObject({
      status: "failed",
      detail: "Anthropic refuses the API key (ANTHROPIC_API_KEY)",
      remedies: expect.arrayContaining(["Put a valid key of Anthropic into ANTHROPIC_API_KEY."]),
    });
    expect((await openai(url, { STIGMER_LLM_API_KEY: "another" }))?.detail).toContain("(STIGMER_LLM_API_KEY)");
  });

  test("suggests the nearest name for a model that it does not have", async () => {
    const { url } = provider((path) =>
      path.endsWith("/models") ? Response.json({ data: [{ id: "gpt-4o" }, { id: "o3" }] }) : missing(),
    );
    expect(await openai(url, { STIGMER_LLM_MODEL: "gpt-4p" })).toMatchObject({
      status: "failed",
      detail: "OpenAI has no model 'gpt-4p' for this key",
      remedies: ["Did you mean gpt-4o?", expect.stringContaining("STIGMER_LLM_MODEL")],
    });
  });

  test("that has no list of models is a warning, as a gateway may not have one", async () => {
    const { url } = provider(missing);
    const found = await openai(url);
    expect([found?.status, found?.detail]).toEqual(["warning", expect.stringContaining("is not known: ")]);
  });

  test.each([{}, { data: [{ id: 5 }] }, { id: 5 }, [1, 2, null], "It works!", null])(
    "that answers %j is a warning: nothing says that the key is accepted",
    async (answer) => {
      const { url } = provider(() => Response.json(answer));
      for (const found of [await openai(url), await anthropic(url)])
        expect([found?.status, found?.detail]).toEqual([
          "warning",
          expect.stringMatching(/answers 200, but not as \w+ does$/),
        ]);
    },
  );

  test("that cannot be reached, or redirects the key, has failed without showing the key", async () => {
    expect((await openai("http://127.0.0.1:9"))?.detail).toContain("connection refused");
    const target = provider(() => Response.json({ data: [] }));
    const { url } = provider(() => Response.redirect(`${target.url}/elsewhere`, 302));
    const found = await openai(url);
    expect([found?.status, found?.detail]).toEqual(["failed", expect.stringContaining("it redirects to another ")]);
    expect(target.asked).toEqual([]);
    expect(JSON.stringify(found)).not.toContain("the-key");
  });

  test("without a key names the variable to set", async () => {
    const found = await result({ STIGMER_LLM_PROVIDER: "openai" });
    expect(found).toMatchObject({ status: "failed", remedies: [expect.stringContaining("Set OPENAI_API_KEY")] });
  });

  test("with an endless answer has failed", async () => {
    const { url } = provider(
      () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })),
    );
    expect((await openai(url))?.status).toBe("failed");
  });
});

describe("Ollama", () => {
  const ollama = (shown: object, models = ["qwen2.5-coder:7b"]) =>
    provider((path) => {
      if (path === "/api/tags") return Response.json({ models: models.map((name) => ({ name })) });
      return path === "/api/show" ? Response.json(shown) : missing();
    });
  const info = (tokens: number, capabilities = ["completion", "tools"]) => ({
    model_info: { "qwen2.context_length": tokens },
    capabilities,
  });

  test("passes with the context that agents use", async () => {
    const { url, asked } = ollama(info(32_768));
    expect(await result({ OLLAMA_BASE_URL: url })).toMatchObject({
      status: "ok",
      detail: expect.stringContaining("context of 32,768 tokens"),
    });
    expect(asked).toEqual(["GET /api/tags", "POST /api/show"]);
  });

  test("says how to get a model that it does not have", async () => {
    const { url } = ollama(info(32_768), ["llama3.2:3b"]);
    expect(await result({ OLLAMA_BASE_URL: url })).toMatchObject({
      status: "failed",
      remedies: expect.arrayContaining(["Get it with `ollama pull qwen2.5-coder:7b`."]),
    });
  });

  test("is a warning with a context that is too short", async () => {
    const { url } = ollama(info(8_192));
    const found = await result({ OLLAMA_BASE_URL: url });
    expect([found?.status, found?.detail]).toEqual([
      "warning",
      expect.stringContaining("8,192 tokens, and agents use 32,768"),
    ]);
  });

  test("has failed with a model that cannot call tools", async () => {
    const { url } = ollama(info(131_072, ["completion"]));
    expect(await result({ OLLAMA_BASE_URL: url })).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("cannot call tools"),
    });
  });

  test("may say nothing about the model", async () => {
    const { url } = ollama({});
    expect((await result({ OLLAMA_BASE_URL: url }))?.status).toBe("ok");
  });

  test("that is not running, or is something else, has failed", async () => {
    expect((await result({ OLLAMA_BASE_URL: "http://127.0.0.1:9" }))?.detail).toContain("not reachable");
    const { url } = provider(() => new Response("<html>"));
    expect((await result({ OLLAMA_BASE_URL: url }))?.detail).toContain("is not Ollama (200)");
  });
});

test("the model that takes over is checked too", async () => {
  const { url } = provider(() => Response.json({ models: [] }));
  const [first, second] = await results({
    STIGMER_LLM_PROVIDER: "openai",
    STIGMER_LLM_FALLBACK_MODEL: "ollama:llama3.2:3b",
    OLLAMA_BASE_URL: url,
  });
  expect([first?.id, second?.id]).toEqual(["model", "model.fallback"]);
  expect(second).toMatchObject({ status: "failed", detail: expect.stringContaining("which is the fallback one") });
});

test("a script is read", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "script.yaml");
  const script = { STIGMER_LLM_PROVIDER: "scripted", STIGMER_LLM_SCRIPT: file };
  await Bun.write(file, "turns:\n  - text: Hello.\n");
  expect(await result(script)).toMatchObject({ status: "ok", detail: `a script: ${file}` });
  await Bun.write(file, "turns: 5\n");
  expect((await result(script))?.status).toBe("failed");
});
