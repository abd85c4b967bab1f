import { describe, expect, test } from "bun:test";
import { ask } from "../../../test/support/admin-request.ts";
import { ExecutionRegistry, type ExecutionStage, MAX_ENDED, stopReasons } from "../../executions/index.ts";

interface Listed {
  readonly executions: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

function begin(registry: ExecutionRegistry, id: string, stage?: ExecutionStage, sessionId = "ses-1") {
  const ids = { threadId: "thread-ses-1", workflowId: "workflow", runId: "run", activityId: "1" };
  const entry = registry.begin({ id, sessionId, ...ids, startedAt: new Date() });
  if (stage !== undefined) entry.event({ type: "stage", stage, at: new Date() });
  return entry;
}

/** With a lifecycle that stays the same: a cursor belongs to a process. */
function server(registry: ExecutionRegistry, startedAt = new Date()) {
  const lifecycle = { startedAt, state: "running", deadline: undefined, requestDrain: () => undefined };
  return (path: string, init?: RequestInit) => ask({ executions: registry, lifecycle }, path, init);
}

async function ids(registry: ExecutionRegistry, query = ""): Promise<string[]> {
  const { body } = await server(registry)(`/executions${query}`);
  return (body as Listed).executions.map(({ id }) => id);
}

describe("GET /executions", () => {
  test("shows what each execution does, and how it ended", async () => {
    const registry = new ExecutionRegistry();
    const at = new Date("2026-01-19T10:00:00.000Z");
    const usage = { inputTokens: 100, cachedInputTokens: 50, outputTokens: 7 };
    const actor = { kind: "main" } as const;
    const one = begin(registry, "aex-1", "model");
    one.event({ type: "resolved", agentName: "helper", model: { provider: "ollama", model: "tiny" }, at });
    one.event({ type: "sandbox-acquired", kind: "daytona", sandboxId: "box-1", at });
    one.event({ type: "model-call-ended", modelCallId: "1", actor, usage, at });
    one.event({ type: "model-call-ended", modelCallId: "2", actor, failure: "cancelled", at });
    one.event({ type: "turn", actor, at, turnId: "1", text: "", calls: [{ id: "c", name: "execute", args: {} }] });
    one.event({ type: "tool-started", actor, callId: "c", at });
    const sent = { type: "status-sent", sink: "stigmer", isRetry: false, isTerminal: false, durationMs: 3 } as const;
    one.event({ ...sent, outcome: "delivered", bytes: 42, at });
    one.event({ ...sent, outcome: "failed", bytes: 43, at: new Date() });
    begin(registry, "aex-2").end({ phase: "failed", reason: "no model" });
    const { status, body } = await server(registry)("/executions");
    expect(status).toBe(200);
    expect(body).toMatchObject({ inFlight: 1, finished: 1, nextCursor: null });
    const duration = expect.any(Number);
    expect((body as Listed).executions).toMatchObject([
      { id: "aex-2", state: "ended", phase: "failed", outcome: "failed", reason: "no model", durationMs: duration },
      {
        id: "aex-1",
        sessionId: "ses-1",
        agent: "helper",
        model: { provider: "ollama", model: "tiny" },
        state: "active",
        phase: "in-progress",
        stage: "tool",
        stageSince: at.toISOString(),
        stageMs: duration,
        tools: [{ callId: "c", name: "execute", startedAt: at.toISOString(), durationMs: duration }],
        usage: { modelCalls: 1, unreportedCalls: 0, ...usage },
        lastUpdate: { sink: "stigmer", at: at.toISOString(), bytes: 42 },
        sandboxKind: "daytona",
        sandboxId: "box-1",
        stop: null,
      },
    ]);
  });

  test("filters by state, stage, session, agent and outcome", async () => {
    const registry = new ExecutionRegistry();
    begin(registry, "waits", "waiting-for-thread");
    begin(registry, "calls", "model", "ses-2");
    begin(registry, "done").end({ phase: "completed" });
    begin(registry, "lost").end({ phase: "failed", reason: "x" });
    expect(await ids(registry)).toEqual(["lost", "done", "calls", "waits"]);
    expect(await ids(registry, "?state=active")).toEqual(["calls", "waits"]);
    expect(await ids(registry, "?state=ended")).toEqual(["lost", "done"]);
    expect(await ids(registry, "?stage=waiting-for-thread")).toEqual(["waits"]);
    expect(await ids(registry, "?session=ses-2")).toEqual(["calls"]);
    expect(await ids(registry, "?agent=nobody")).toEqual([]);
    expect(await ids(registry, "?outcome=failed")).toEqual(["lost"]);
  });

  test("remembers the last 100 that ended", async () => {
    const registry = new ExecutionRegistry();
    for (let index = 0; index <= MAX_ENDED; index++) begin(registry, `aex-${index}`).end({ phase: "completed" });
    const found = await ids(registry, "?state=ended&limit=500");
    expect([found.length, found[0], found.at(-1)]).toEqual([100, "aex-100", "aex-1"]);
  });

  test("has pages that neither repeat nor miss an execution although others begin and end meanwhile", async () => {
    const registry = new ExecutionRegistry();
    const entries = Array.from({ length: 10 }, (_, index) => begin(registry, `aex-${index}`));
    const get = server(registry);
    const seen: string[] = [];
    let cursor: string | null = "";
    for (let page = 0; cursor !== null; page++) {
      const from: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const body = (await get(`/executions?limit=3${from}`)).body as Listed;
      seen.push(...body.executions.map(({ id }) => id));
      cursor = body.nextCursor;
      entries[page * 3]?.end({ phase: "completed" });
      entries[9 - page]?.end({ phase: "completed" });
      begin(registry, `late-${page}`);
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => `aex-${9 - index}`));
  });

  test.each([
    ["state=running", ["state", "running", "active or ended"]],
    ["stage=thinking", ["stage", "waiting-for-thread"]],
    ["outcome=ok", ["outcome", "completed, failed or cancelled"]],
    ["limit=0", ["limit", "1 to 500"]],
    ["limit=1e2", ["limit", "1 to 500"]],
    ["limit=501", ["limit", "1 to 500"]],
    ["cursor=x", ["cursor", "nextCursor"]],
    ["cursor=abc-1", ["cursor", "restarted"]],
    ["session=", ["session", "not empty"]],
    ["state=active&state=ended", ["state", "more than once"]],
    ["satte=active", ["satte", "state, stage, session, agent, outcome, limit or cursor"]],
    ["__proto__=x", ["__proto__", "no parameter"]],
    ["toString=x", ["toString", "no parameter"]],
  ])("refuses %s, and says what is allowed", async (query, words) => {
    const { status, body } = await server(new ExecutionRegistry())(`/executions?${query}`);
    expect([status, body]).toMatchObject([400, { error: { code: "invalid-request" } }]);
    for (const word of words) expect(JSON.stringify(body)).toContain(word);
  });
});

test("GET /executions/{id} shows one, by its exact id", async () => {
  const registry = new ExecutionRegistry();
  begin(registry, "a b/ü");
  const get = server(registry);
  expect(await get(`/executions/${encodeURIComponent("a b/ü")}`)).toMatchObject({ status: 200, body: { id: "a b/ü" } });
  for (const id of ["a", "a%20b", "%zz", "__proto__", "%00"])
    expect(await get(`/executions/${id}`)).toMatchObject({ status: 404, body: { error: { code: "not-found" } } });
});

describe("POST /executions/{id}/cancel", () => {
  const post = { method: "POST" };

  test("ends an execution as cancelled, again and again", async () => {
    const registry = new ExecutionRegistry();
    const entry = begin(registry, "aex-1", "waiting-for-thread");
    const other = begin(registry, "aex-2");
    const call = server(registry);
    for (let time = 0; time < 2; time++)
      expect(await call("/executions/aex-1/cancel", post)).toMatchObject({
        status: 202,
        body: { id: "aex-1", state: "active", stop: { code: "cancelled" } },
      });
    expect([entry.signal.aborted, other.signal.aborted]).toEqual([true, false]);
  });

  test("refuses one that is unknown, has ended or is ending, and says how it ended", async () => {
    const registry = new ExecutionRegistry();
    begin(registry, "ended").end({ phase: "failed", reason: "the model is gone" });
    begin(registry, "ending", "ending");
    begin(registry, "stopped").stop(stopReasons.sessionDeleted());
    const call = server(registry);
    const cancel = (id: string) => call(`/executions/${id}/cancel`, post);
    expect((await cancel("unknown")).status).toBe(404);
    for (const [id, why] of [
      ["ended", "it failed: the model is gone"],
      ["ending", "is ending already"],
      ["stopped", "its session was deleted"],
    ] as const) {
      const { status, body } = await cancel(id);
      expect([status, body]).toMatchObject([409, { error: { code: "conflict" } }]);
      expect(JSON.stringify(body)).toContain(why);
    }
    expect((await call("/executions/ended/cancel")).status).toBe(405);
  });
});

test("executions need the token", async () => {
  for (const path of ["/executions", "/executions/aex-1", "/executions/aex-1/cancel"]) {
    const method = path.endsWith("cancel") ? "POST" : "GET";
    expect((await ask({ token: "12345678" }, path, { method })).status).toBe(401);
  }
});
