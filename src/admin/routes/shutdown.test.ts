import { describe, expect, test } from "bun:test";
import { ask, deps, HOST } from "../../../test/support/admin-request.ts";
import { ExecutionRegistry } from "../../executions/index.ts";
import { adminApp } from "../admin-app.ts";
import { MAX_WAITING } from "./shutdown.ts";

const post = (body?: string) => ({ method: "POST", ...(body === undefined ? {} : { body }) });

function shutdownWorld() {
  const registry = new ExecutionRegistry();
  const ids = { threadId: "thread-ses-1", workflowId: "workflow", runId: "run", activityId: "1" };
  const entry = registry.begin({ id: "aex-1", ...ids, startedAt: new Date() });
  const calls: string[] = [];
  const ended = Promise.withResolvers<void>();
  const lifecycle = {
    startedAt: new Date(),
    state: "running",
    deadline: undefined as Date | undefined,
    requestDrain: () => {
      calls.push("drain");
      lifecycle.state = "draining";
      lifecycle.deadline ??= new Date(1_800_000_000_000);
    },
  };
  const more = {
    executions: registry,
    inFlight: () => registry.count,
    lifecycle,
    cancelAll: () => void calls.push("cancel"),
    ended: ended.promise,
  };
  return { more, registry, entry, calls, ended };
}

describe("POST /shutdown", () => {
  test("answers with the executions that it waits for; again, with the same deadline", async () => {
    const { more, calls } = shutdownWorld();
    for (const body of [undefined, "", " \n", "{}", '{"mode":"drain"}'])
      expect(await ask(more, "/shutdown", post(body))).toMatchObject({
        status: 202,
        body: {
          state: "draining",
          inFlight: 1,
          deadline: "2027-01-15T08:00:00.000Z",
          executions: [{ id: "aex-1", stage: "waiting-for-admission" }],
        },
      });
    expect(new Set(calls)).toEqual(new Set(["drain"]));
    expect((await ask(more, "/readyz")).status).toBe(503);
  });

  test("cancels on request", async () => {
    const { more, calls } = shutdownWorld();
    expect((await ask(more, "/shutdown", post('{"mode":"cancel"}'))).status).toBe(202);
    expect(calls).toEqual(["drain", "cancel"]);
  });

  test.each([
    "cancel",
    '{"mode":"kill"}',
    '{"mod":"cancel"}',
    "[]",
    "null",
    '"drain"',
    `{"mode":"${"x".repeat(2_000)}"}`,
  ])("refuses the body %s and does nothing", async (body) => {
    const { more, calls } = shutdownWorld();
    const answer = await ask(more, "/shutdown", post(body));
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "invalid-request" } } });
    expect(JSON.stringify(answer.body)).toContain('{\\"mode\\":\\"cancel\\"}');
    expect(calls).toEqual([]);
  });

  test.each(["wait=yes", "wait=", "wait=true&wait=true", "wiat=true", "__proto__=1"])(
    "refuses the parameter %s",
    async (query) => {
      const { more, calls } = shutdownWorld();
      expect((await ask(more, `/shutdown?${query}`, post())).status).toBe(400);
      expect(calls).toEqual([]);
    },
  );

  test("with ?wait=true answers at the end, with what ended how", async () => {
    const { more, registry, entry, ended } = shutdownWorld();
    const app = adminApp(deps(more));
    const headers = { host: HOST };
    const answers = Array.from({ length: MAX_WAITING }, () =>
      app.request("/shutdown?wait=true", { ...post(), headers }),
    );
    expect((await app.request("/shutdown?wait=true", { ...post(), headers })).status).toBe(429);
    expect((await app.request("/shutdown", { ...post(), headers })).status).toBe(202);
    expect(registry.count).toBe(1);
    entry.end({ phase: "cancelled", reason: "by an operator" });
    ended.resolve();
    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        state: "stopped",
        inFlight: 0,
        ended: [{ id: "aex-1", outcome: "cancelled", reason: "by an operator" }],
        unfinished: [],
      });
    }
  });
});
