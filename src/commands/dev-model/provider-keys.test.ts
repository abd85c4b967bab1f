import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { checkKey, keyProblem, providerOf } from "./provider-keys.ts";

describe("a key", () => {
  test.each<[string, ReturnType<typeof providerOf>]>([
    ["sk-ant-api03-abc", "anthropic"],
    ["sk-proj-abc", "openai"],
    ["sk-svcacct-abc", "openai"],
    [`sk-${"a1B2".repeat(12)}`, "openai"],
    ["sk-or-v1-0123456789", undefined],
    ["gsk_0123456789", undefined],
  ])("%s says whose it is by its beginning", (key, provider) => {
    expect(providerOf(key)).toBe(provider);
  });

  test("has a usual length and usual characters, and is not repeated if it has not", () => {
    expect(keyProblem("sk-proj-0123456789abcdef")).toBeUndefined();
    for (const text of [
      "hunter2",
      "x".repeat(400),
      "my secret password is long",
      "kéy-0123456789-0123456789",
      `${"a".repeat(20)}\n`,
    ]) {
      expect(keyProblem(text)).toBeDefined();
      expect(keyProblem(text)).not.toContain(text);
    }
  });
});

describe("a check of a key", () => {
  const seen: { readonly url: string; readonly headers: Headers }[] = [];
  let answer = () => new Response("[]");
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      seen.push({ url: request.url, headers: new Headers(request.headers) });
      return answer();
    },
  });
  const base = `http://127.0.0.1:${server.port}/base`;
  const check = (provider: "anthropic" | "openai", at = base) =>
    checkKey(provider, "key", at, new AbortController().signal);
  beforeEach(() => seen.splice(0));
  afterAll(() => server.stop(true));

  test("asks for the list of models as the provider wants it", async () => {
    answer = () => new Response("[]");
    expect(await check("anthropic")).toEqual({ outcome: "accepted" });
    expect(await check("openai", `${base}/v1/`)).toEqual({ outcome: "accepted" });
    expect(seen.map(({ url }) => url)).toEqual([`${base}/v1/models?limit=1`, `${base}/v1/models`]);
    expect(seen[0]?.headers.get("x-api-key")).toBe("key");
    expect(seen[0]?.headers.get("anthropic-version")).toBe("2023-06-01");
    expect(seen[1]?.headers.get("authorization")).toBe("Bearer key");
  });

  test.each([401, 403])("knows a refusal: %d", async (status) => {
    answer = () => new Response("", { status });
    expect(await check("openai")).toEqual({ outcome: "refused" });
  });

  test("does not know what it means if the provider has trouble, redirects or cannot be reached", async () => {
    answer = () => new Response("", { status: 529 });
    expect(await check("anthropic")).toEqual({ outcome: "unknown", why: "Anthropic answered 529" });
    answer = () => Response.redirect(`${base}/elsewhere`);
    expect(await check("anthropic")).toMatchObject({ outcome: "unknown" });
    expect(seen).toHaveLength(2);
    expect(await check("openai", "http://127.0.0.1:1/v1")).toMatchObject({ outcome: "unknown" });
  });

  test("is given up when it is not wanted any more", async () => {
    expect(await checkKey("openai", "key", base, AbortSignal.abort())).toMatchObject({ outcome: "unknown" });
  });
});
