import { describe, expect, test } from "bun:test";
import { ask, deps, HOST, runningLifecycle } from "../../../test/support/admin-request.ts";
import { until } from "../../../test/support/eventually.ts";
import { createLogger } from "../../log/index.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import { adminApp } from "../admin-app.ts";

function logWorld(level: "info" | "warn" = "info") {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line.replace(/^\S+ - /, "").trimEnd());
  const log = createLogger({ level, format: "text", mask: new SecretMask(), write });
  const put = (body: unknown, path = "/log-level") =>
    ask({ log }, path, { method: "PUT", body: typeof body === "string" ? body : JSON.stringify(body) });
  return { lines, log, put };
}

describe("/log-level", () => {
  test("is read and changed, until the configured level returns or for good", async () => {
    const { log, put } = logWorld();
    expect(await ask({ log }, "/log-level")).toEqual({ status: 200, body: { level: "info", configured: "info" } });
    const { body } = await put({ level: "debug", forSeconds: 600 });
    expect(body).toEqual({ level: "debug", configured: "info", until: expect.any(String) });
    const { until: end } = body as { until: string };
    expect(Date.parse(end)).toBeGreaterThan(Date.now() + 500_000);
    expect((await ask({ log }, "/log-level")).body).toEqual(body);
    expect(await put({ level: "warn" })).toEqual({ status: 200, body: { level: "warn", configured: "info" } });
    expect(log.levels.level).toBe("warn");
  });

  test.each(["starting", "draining", "stopping"])("works while the runner is %s", async (state) => {
    const { log } = logWorld();
    const init = { method: "PUT", body: '{"level":"debug"}' };
    expect((await ask({ log, lifecycle: runningLifecycle({ state }) }, "/log-level", init)).status).toBe(200);
    expect(log.isDebug).toBe(true);
  });

  test("logs who changed what, also if the new level is quieter than the line", async () => {
    const { lines, log } = logWorld();
    const app = adminApp(deps({ log, token: "12345678" }));
    const send = (body: string, authorization: string) =>
      app.request(
        "/log-level",
        {
          method: "PUT",
          body,
          headers: { host: HOST, "x-request-id": "id-1", authorization, "x-forwarded-for": "6.6.6.6" },
        },
        { source: "10.1.2.3" },
      );
    expect((await send('{"level":"debug"}', "Bearer wrong-token")).status).toBe(401);
    await send('{"level":"error"}', "Bearer 12345678");
    await send('{"level":"debug","forSeconds":600}', "Bearer 12345678");
    const ids = (status: number) => `[requestId=id-1 status=${status}]`;
    expect(lines).toEqual([
      `agent-runner - WARN - Refused PUT /log-level from 10.1.2.3: the bearer token is not ADMIN_TOKEN ${ids(401)}`,
      `agent-runner - INFO - Accepted PUT /log-level from 10.1.2.3: the log level was info and is error ${ids(200)}`,
      `agent-runner - INFO - Accepted PUT /log-level from 10.1.2.3: the log level was error and is debug for 10 min 0 s ${ids(200)}`,
    ]);
  });

  test("takes a body with much space in it", async () => {
    const { log, put } = logWorld();
    expect((await put(`{${" ".repeat(5_000)}"level":"debug"}`)).status).toBe(200);
    expect(log.levels.level).toBe("debug");
  });

  test("logs when the configured level returns", async () => {
    const { lines, put } = logWorld();
    await put({ level: "warn", forSeconds: 1 });
    await until("it has returned", () => lines.length > 1);
    expect(lines[1]).toBe("agent-runner - INFO - The log level is info again, as configured; it was warn");
  });

  test.each<[unknown, string, string]>([
    ["", "the body is no JSON object", '{"level":"debug"}'],
    ["debug", "the body is no JSON object", '{"level":"debug"}'],
    [["debug"], "the body is no JSON object", '{"level":"debug"}'],
    [null, "the body is no JSON object", '{"level":"debug"}'],
    [{}, "the field level is missing", "debug, info, warn, error"],
    [{ level: "verbose" }, 'the field level is "verbose"', "debug, info, warn, error"],
    [{ level: 10 }, "the field level is 10", "debug, info, warn, error"],
    [{ level: "debug", seconds: 5 }, 'the field "seconds" is unknown', "level, forSeconds"],
    ['{"level":"debug","__proto__":{}}', 'the field "__proto__" is unknown', "level, forSeconds"],
    [{ level: "debug", forSeconds: 0 }, "the field forSeconds is 0", "a whole number from 1 to 86400"],
    [{ level: "debug", forSeconds: 1.5 }, "the field forSeconds is 1.5", "a whole number from 1 to 86400"],
    [{ level: "debug", forSeconds: 86_401 }, "the field forSeconds is 86401", "a whole number from 1 to 86400"],
    [{ level: "debug", forSeconds: "600" }, 'the field forSeconds is "600"', "a whole number from 1 to 86400"],
    [{ level: "debug", forSeconds: null }, "the field forSeconds is null", "a whole number from 1 to 86400"],
  ])("refuses %j, and says what is allowed", async (body, problem, allowed) => {
    const { log, put } = logWorld();
    const { status, body: answer } = await put(body);
    const { error } = answer as { error: { code: string; message: string } };
    expect([status, error.code]).toEqual([400, "invalid-request"]);
    expect(error.message).toContain(problem);
    expect(error.message).toContain(allowed);
    expect(log.levels.level).toBe("info");
  });

  test("refuses parameters, which would have no effect", async () => {
    const { put } = logWorld();
    expect((await put({ level: "debug" }, "/log-level?for=10")).status).toBe(400);
  });
});
