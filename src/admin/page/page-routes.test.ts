import { describe, expect, test } from "bun:test";
import { HOSTILE_TEXTS } from "../../../test/support/page/hostile-texts.ts";
import { form, pageWorld, statusOf } from "../../../test/support/page/page-world.ts";

const at = new Date();

describe("the status page", () => {
  test("shows state, checks with remedies, running and ended executions", async () => {
    const world = pageWorld({
      checks: () => [
        { name: "Temporal", status: "ok" },
        {
          name: "Redis",
          status: "failed",
          reason: "it is full",
          remedies: ["Give it more memory."],
          since: new Date(0),
        },
      ],
    });
    const running = world.begin("aex-running");
    running.event({ type: "resolved", agentName: "poet", model: { provider: "ollama", model: "tiny" }, at });
    running.event({ type: "stage", stage: "waiting-for-sandbox", at });
    world.begin("aex-ended").end({ phase: "failed", reason: "The key was refused." });
    const response = await world.ask("/");
    expect(response.status).toBe(200);
    const text = await response.text();
    for (const part of [
      "The runner takes no executions now.",
      "it is full.",
      "Give it more memory.",
      "00:00:00 UTC",
      "1.2.3",
    ])
      expect(text).toContain(part);
    for (const part of ["Running (1)", "aex-running", "poet", "tiny", "waits for its sandbox"])
      expect(text).toContain(part);
    for (const part of ["aex-ended", "The key was refused.", "0 completed, 1 failed, 0 cancelled"])
      expect(text).toContain(part);
  });

  test("has headers that let nothing else be loaded, framed or kept", async () => {
    const { headers } = await pageWorld().ask("/");
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("contains no inline script and no inline style", async () => {
    const text = await (await pageWorld().ask("/")).text();
    expect(text).not.toMatch(/<script(?![^>]*src="\/page\.js\?)|<style|\sstyle=|\son\w+=/i);
  });

  test("serves its style and its script", async () => {
    for (const [path, type] of [
      ["/page.css", "text/css"],
      ["/page.js", "text/javascript"],
    ] as const) {
      const response = await pageWorld({ token: "secret" }).ask(path);
      expect(response.headers.get("content-type")).toStartWith(type);
      expect((await response.text()).length).toBeGreaterThan(500);
    }
  });

  test("shows in which sandbox an execution acts", async () => {
    const world = pageWorld();
    world.begin("aex").event({ type: "sandbox-acquired", kind: "daytona", sandboxId: "box-1", at });
    expect(await (await world.ask("/?execution=aex")).text()).toContain("<dt>Sandbox</dt><dd>daytona, box-1</dd>");
  });

  test("says that an execution is not here", async () => {
    expect(await (await pageWorld().ask("/?execution=none")).text()).toContain("This runner does not have it");
  });
});

describe("texts of models and tools", () => {
  for (const [what, text] of Object.entries(HOSTILE_TEXTS)) {
    test(`are escaped everywhere: ${what}`, async () => {
      const world = pageWorld({ checks: () => [{ name: text, status: "failed", reason: text, remedies: [text] }] });
      const running = world.begin(text, { sessionId: text, threadId: text, workflowId: text, runId: text });
      running.event({ type: "resolved", agentName: text, model: { provider: "ollama", model: text }, at });
      const call = { id: "1", name: text, args: {} };
      const actor = { kind: "main" } as const;
      running.event({ type: "turn", actor, at, turnId: "1", text, calls: [call] });
      running.event({ type: "tool-started", actor, at, callId: "1" });
      world.begin(`ended ${text}`).end({ phase: "failed", reason: text });
      world.show(text, statusOf(text));
      for (const path of [
        "/",
        `/?execution=${encodeURIComponent(text)}`,
        `/cancel?execution=${encodeURIComponent(text)}`,
      ]) {
        const page = await (await world.ask(path)).text();
        const allowed = (await (await pageWorld().ask("/")).text()).match(/<(script|meta)[^>]*>/g) ?? [];
        for (const tag of page.match(/<(script|meta|base|iframe|img|object|embed)[^>]*>/gi) ?? [])
          expect(allowed).toContain(tag);
        expect(page).not.toMatch(/<(svg on|img|iframe|base)|<!--|<!\[CDATA/i);
        // Attributes that the page itself does not have.
        expect(page).not.toMatch(/<[a-z][^>"]*("[^"]*"[^>"]*)*\son\w+=/i);
        expect(page).not.toMatch(/href="javascript:/i);
      }
    });
  }

  test("show what is invisible, and are cut", async () => {
    const world = pageWorld();
    world.begin("aex");
    world.show("aex", statusOf(`a\u202eb\u0000c${"w".repeat(1_000_000)}`));
    const page = await (await world.ask("/?execution=aex")).text();
    expect(page).toContain("a&lt;U+202E&gt;b␀c");
    expect(page).toContain("characters not shown");
    expect(page).not.toContain("\u202e");
    expect(page.length).toBeLessThan(100_000);
  });
});

describe("with a token", () => {
  const token = "token-of-the-operator";

  test("a browser is led to the login, and a program is refused", async () => {
    const world = pageWorld({ token });
    for (const path of ["/", "/drain", "/cancel?execution=x"]) {
      const response = await world.ask(path);
      expect([response.status, response.headers.get("location")]).toEqual([303, "/login"]);
    }
    expect((await world.ask("/events")).status).toBe(401);
    expect((await world.ask("/drain", form({}))).status).toBe(401);
    expect((await world.ask("/cancel", form({ execution: "x" }))).status).toBe(401);
    expect((await world.ask("/", { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    expect((await world.ask("/", { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  test("the login keeps a cookie that scripts cannot read and other sites cannot use", async () => {
    const world = pageWorld({ token });
    const response = await world.ask("/login", form({ token }));
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^agent-runner-admin=\S+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(token);
    const headers = { cookie: cookie.split(";")[0] ?? "" };
    expect((await world.ask("/", { headers })).status).toBe(200);
    // The API takes the token alone.
    expect((await world.ask("/config", { headers })).status).toBe(401);
    const other = pageWorld({ token: "another token" });
    expect((await other.ask("/", { headers })).status).toBe(303);
  });

  test("a wrong token, an empty form and a large one are refused", async () => {
    const world = pageWorld({ token });
    const wrong = await world.ask("/login", form({ token: "wrong" }));
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get("set-cookie")).toBeNull();
    expect(await wrong.text()).toContain("This is not the token");
    expect((await world.ask("/login", form({}))).status).toBe(400);
    expect((await world.ask("/login", form({ token: "x".repeat(10_000) }))).status).toBe(400);
  });

  test("the logout removes the cookie", async () => {
    const response = await pageWorld({ token }).ask("/logout", { method: "POST" });
    expect(response.headers.get("location")).toBe("/login");
    expect(response.headers.get("set-cookie")).toContain("Max-Age=0");
  });
});
