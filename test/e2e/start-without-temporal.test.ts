/** Starts with a Temporal that is missing, silent, late or configured otherwise. */
import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { testAuthority } from "../support/certificates.ts";
import { installedProgram, startLocal } from "../support/installed-program.ts";
import { messagesOf } from "../support/program.ts";
import { startTemporal } from "../support/temporal.ts";
import { startTlsProxy } from "../support/tls-proxy.ts";

const installed = installedProgram("temporal");

const start = (env: Record<string, string>) => startLocal(installed, env);

describe("agent-runner start", () => {
  test("fails without Temporal, with the address, causes and remedies", async () => {
    await using runner = start({ TEMPORAL_SERVICE_ADDRESS: "127.0.0.1:1" });
    expect(await runner.exited).toBe(4);
    const messages = messagesOf(runner.output());
    const rule = "=".repeat(80);
    const block = messages.slice(messages.indexOf(rule));
    expect(block[1]).toStartWith("STARTUP FAILURE: ");
    expect(block[2]).toBe(
      "Error: Failed to connect to Temporal at 127.0.0.1:1: connection refused: nothing listens there",
    );
    expect(block.join("\n")).toContain("TEMPORAL_SERVICE_ADDRESS");
    expect(block.at(-1)).toBe(rule);
  });

  test("fails with a Temporal that never answers", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    await using runner = start({ TEMPORAL_SERVICE_ADDRESS: `127.0.0.1:${port}` });
    expect(await runner.exited).toBe(4);
    expect(runner.output()).toContain("STARTUP FAILURE: no connection to Temporal");
    silent.close();
  });

  test("waits for Temporal up to STARTUP_WAIT, visible in log and probes", async () => {
    await using late = await startTemporal();
    await late.kill();
    const [port] = await freePorts(1);
    await using runner = start({
      TEMPORAL_SERVICE_ADDRESS: late.address,
      STARTUP_WAIT: "300",
      ADMIN_PORT: String(port),
    });
    const began = Date.now();
    await runner.says(`s of 5 min 0 s): Failed to connect to Temporal at ${late.address}`);
    expect(runner.output()).toMatch(/Waiting for Temporal \(\d\S* s of 5 min 0 s\): /);
    const probe = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}/${path}`);
      return { status: answer.status, body: await answer.text() };
    };
    expect((await probe("livez")).status).toBe(200);
    const ready = await probe("readyz");
    expect(ready.status).toBe(503);
    expect(ready.body).toContain("the runner is starting");
    expect(ready.body).toContain("Temporal: Failed to connect to Temporal at");
    await late.restart();
    await runner.says("🚀 Worker ready, polling for tasks...");
    // One line in 10 s, however often it was tried.
    const lines = messagesOf(runner.output()).filter((line) => line.startsWith("Waiting"));
    expect(lines.length).toBeLessThan(2 + (Date.now() - began) / 10_000);
    runner.signal("SIGTERM");
    expect(await runner.exited).toBe(0);
  });

  test("waits with STARTUP_WAIT while a proxy answers for Temporal", async () => {
    await using late = await startTemporal();
    await late.kill();
    const [hostname = "", port = ""] = late.address.split(":");
    const proxy = Bun.serve({ hostname, port, fetch: () => new Response("starting", { status: 503 }) });
    await using runner = start({ TEMPORAL_SERVICE_ADDRESS: late.address, STARTUP_WAIT: "300" });
    try {
      await runner.says(`Failed to connect to Temporal at ${late.address}: it answers, but does not speak gRPC`);
    } finally {
      await proxy.stop(true);
    }
    await late.restart();
    await runner.says("🚀 Worker ready, polling for tasks...");
  });

  test("stops waiting for Temporal after STARTUP_WAIT or a signal", async () => {
    await using over = start({ TEMPORAL_SERVICE_ADDRESS: "127.0.0.1:1", STARTUP_WAIT: "2" });
    await over.says("Waiting for Temporal");
    expect(await over.exited).toBe(4);
    expect(over.output()).toContain("STARTUP FAILURE: no connection to Temporal");
    const [port] = await freePorts(1);
    const env = { TEMPORAL_SERVICE_ADDRESS: "127.0.0.1:1", STARTUP_WAIT: "300", ADMIN_PORT: String(port) };
    await using told = start(env);
    await told.says("Waiting for Temporal");
    expect((await fetch(`http://127.0.0.1:${port}/shutdown`, { method: "POST" })).status).toBe(202);
    expect(await told.exited).toBe(0);
    await using signalled = start(env);
    await signalled.says("Waiting for Temporal");
    signalled.signal("SIGTERM");
    expect(await signalled.exited).toBe(0);
  });

  test("fails if TLS fails, and names the problem and the variable to set", async () => {
    await using authority = await testAuthority();
    const to = installed.temporal.port;
    await using listener = await startTlsProxy({ to, certificate: await authority.issue("temporal") });
    const secure = `localhost:${listener.port}`;
    const cases: [Record<string, string>, string, string][] = [
      [{ TEMPORAL_SERVICE_ADDRESS: secure }, "it speaks TLS, and was spoken to in plaintext", "TEMPORAL_TLS=true"],
      [
        { TEMPORAL_SERVICE_ADDRESS: secure, TEMPORAL_TLS: "true" },
        'signed by a CA that is not known here ("Test CA")',
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
      ],
      [{ TEMPORAL_TLS: "true" }, "it does not speak TLS", "TEMPORAL_TLS=false"],
    ];
    for (const [env, message, variable] of cases) {
      await using runner = start(env);
      expect(await runner.exited).toBe(4);
      expect(runner.output()).toContain("STARTUP FAILURE: no connection to Temporal");
      expect(runner.output()).toContain(message);
      expect(runner.output()).toContain(variable);
    }
    await using runner = start({ TEMPORAL_SERVICE_ADDRESS: secure, TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.ca });
    await runner.says("🚀 Worker ready, polling for tasks...");
  });

  test("names a missing namespace", async () => {
    await using runner = start({ TEMPORAL_NAMESPACE: "nowhere" });
    expect(await runner.exited).toBe(4);
    expect(runner.output()).toContain('has no namespace "nowhere"');
  });
});
