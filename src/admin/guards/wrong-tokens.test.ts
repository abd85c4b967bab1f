import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { deps } from "../../../test/support/admin-request.ts";
import { until } from "../../../test/support/eventually.ts";
import { pageWorld } from "../../../test/support/page/page-world.ts";
import { createLogger } from "../../log/index.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import { adminApp } from "../admin-app.ts";
import { WrongTokens } from "./wrong-tokens.ts";

const token = "let-me-in";
const source = "10.1.2.3";

function collected() {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line.trimEnd());
  return { lines, log: createLogger({ level: "info", format: "text", mask: new SecretMask(), write }) };
}

function app(log = collected().log) {
  const served = adminApp(deps({ token, log }));
  return (given: string, from = source, path = "/config") =>
    served.request(path, { headers: { authorization: `Bearer ${given}` } }, { source: from });
}

const many = <T>(count: number, one: () => T): readonly T[] => Array.from({ length: count }, one);

describe("wrong tokens", () => {
  test("are refused with 429 and Retry-After when there were many, in the one body of errors", async () => {
    const ask = app();
    const answers = await Promise.all(many(25, () => ask("guess")));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(20);
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused?.json()).toEqual({
      error: { code: "too-many-requests", message: expect.any(String), requestId: expect.any(String) },
    });
  });

  test("neither delay nor refuse the right one, probes, or other sources", async () => {
    const ask = app();
    const wrong = Promise.all(many(30, () => ask("guess")));
    expect((await ask(token)).status).toBe(200);
    expect((await ask("", source, "/livez")).status).toBe(200);
    expect((await ask("guess", "10.1.2.4")).status).toBe(401);
    await wrong;
    expect((await ask("guess")).status).toBe(429);
    expect((await ask(token)).status).toBe(200);
  });

  test("are answered later and later", async () => {
    const wrong = new WrongTokens(collected().log, undefined, { free: 1, firstDelayMs: 50 });
    const served = new Hono().get("/", async (c) => c.text(String((await wrong.seen(c)) ?? "now")));
    const took: number[] = [];
    for (let count = 0; count < 4; count++) {
      const startedAt = performance.now();
      await served.request("/");
      took.push(performance.now() - startedAt);
    }
    // Timers may fire a little early.
    expect(took.map((ms, index) => ms > (index === 0 ? -1 : 50 * 2 ** (index - 1) - 5))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test("are logged once, and then counted", async () => {
    const { lines, log } = collected();
    const wrong = new WrongTokens(log, undefined, { windowMs: 300, free: 100 });
    const served = new Hono().get("/", async (c) => c.text(String(await wrong.seen(c))));
    await Promise.all(many(7, () => served.request("/", {}, { source })));
    await served.request("/", {}, { source: "10.9.9.9" });
    await until("the window is over", () => wrong.count === 0);
    expect(lines).toEqual([expect.stringContaining(`WARN - 7 wrong admin tokens from ${source} within 0.3 s`)]);
  });

  test("of one source have a single line among refused calls", async () => {
    const { lines, log } = collected();
    const ask = app(log);
    await Promise.all(many(25, () => ask("guess")));
    expect(lines.filter((line) => line.includes("Refused GET /config"))).toHaveLength(1);
    expect(lines.join("")).not.toContain("guess");
  });

  test("of any number of sources are remembered in bounded memory, and an IPv6 network is one", async () => {
    const wrong = new WrongTokens(collected().log, undefined, { sources: 10 });
    const served = new Hono().get("/", async (c) => c.text(String((await wrong.seen(c)) ?? "now")));
    for (let count = 0; count < 100; count++) await served.request("/", {}, { source: `10.0.0.${count}` });
    expect(wrong.count).toBe(10);
    const other = new WrongTokens(collected().log);
    const counting = new Hono().get("/", async (c) => c.text(String((await other.seen(c)) ?? "now")));
    for (const address of ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:1::", "2001:db8:0:1::1", "::1"])
      await counting.request("/", {}, { source: address });
    expect(other.count).toBe(3);
  });

  test("keep only so many answers waiting", async () => {
    const wrong = new WrongTokens(collected().log, undefined, { free: 0, delayed: 2, firstDelayMs: 100 });
    const served = new Hono().get("/", async (c) => c.text(String((await wrong.seen(c)) ?? "late")));
    let next = 0;
    const answers = await Promise.all(many(5, () => served.request("/", {}, { source: `10.0.0.${next++}` })));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(texts.filter((text) => text === "late")).toHaveLength(2);
  });
});

test("the login form counts wrong tokens too, and shows when to try again", async () => {
  const world = pageWorld({ token });
  const post = (given: string) =>
    world.app.request(
      "/login",
      {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "content-length": String(6 + given.length) },
        body: `token=${given}`,
      },
      { source },
    );
  const answers = await Promise.all(many(25, () => post("guess")));
  const refused = answers.find(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(20);
  expect(refused?.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused?.text()).toContain("Try again in");
  expect((await post(token)).status).toBe(303);
});
