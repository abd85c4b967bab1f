import { describe, expect, test } from "bun:test";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { installedProgram, startLocal } from "../support/installed-program.ts";
import { messagesOf } from "../support/program.ts";

const installed = installedProgram("temporal");

async function start(env: Record<string, string>) {
  const [port = 0] = await freePorts(1);
  return { ...startLocal(installed, { ADMIN_PORT: String(port), ...env }, ["start"]), port };
}

describe("admin server", () => {
  test("needs a token on a public address, and the error names the remedy", async () => {
    for (const ADMIN_HOST of ["0.0.0.0", "::"]) {
      await using runner = await start({ ADMIN_HOST });
      expect(await runner.exited).toBe(3);
      const text = messagesOf(runner.output()).join("\n");
      expect(text).toContain(`ADMIN_TOKEN is not set although ADMIN_HOST is ${ADMIN_HOST}`);
      expect(text).toContain("openssl rand -hex 32");
      expect(text).toContain("ADMIN_HOST=127.0.0.1");
    }
  });

  test("serves probes without the token, and logs refused and successful writes", async () => {
    const ADMIN_TOKEN = "token-of-the-operator";
    await using runner = await start({ ADMIN_HOST: "0.0.0.0", ADMIN_TOKEN });
    await runner.says("Worker ready");
    const url = `http://127.0.0.1:${runner.port}`;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/shutdown`, { method: "POST" })).status).toBe(401);
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "x-request-id": "stop-1" };
    expect((await fetch(`${url}/shutdown`, { method: "POST", headers })).status).toBe(202);
    expect(await runner.exited).toBe(0);
    expect(runner.output()).toContain("WARN - Refused POST /shutdown from 127.0.0.1: Authorization: Bearer");
    expect(runner.output()).toContain("INFO - Accepted POST /shutdown from 127.0.0.1 [requestId=stop-1 status=202]");
    expect(runner.output()).not.toContain(ADMIN_TOKEN);
  });

  test("reports a host that does not resolve or belongs to another machine", async () => {
    const cases = [
      ["nothing.invalid", "ADMIN_HOST is misspelled, or names a host that is not known here"],
      ["192.0.2.1", "ADMIN_HOST is the address of another machine"],
    ] as const;
    for (const [ADMIN_HOST, cause] of cases) {
      await using runner = await start({ ADMIN_HOST, ADMIN_TOKEN: "token-of-the-operator" });
      expect(await runner.exited).toBe(4);
      const text = messagesOf(runner.output()).join("\n");
      expect(text).toContain("STARTUP FAILURE: the admin server cannot listen");
      expect(text).toContain(`cannot listen on ${ADMIN_HOST}:${runner.port}`);
      expect(text).toContain(cause);
    }
  });

  test("warns about an alias that has no effect", async () => {
    await using runner = await start({ TASK_QUEUE: "other", TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: "mine" });
    await runner.says('TASK_QUEUE "other" has no effect: TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE "mine"');
  });
});
