/** `/metrics` of the compiled program. */
import { describe, expect, test } from "bun:test";
import { startDev } from "../support/dev-program.ts";
import { installedProgram } from "../support/installed-program.ts";

const installed = installedProgram("ollama");
const dev = (env: Record<string, string> = {}) =>
  startDev(installed, { OLLAMA_BASE_URL: installed.ollama.url, ...env });
const scrape = (env: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${env["ADMIN_PORT"]}/metrics`, { headers });

describe("metrics of the compiled program", () => {
  test("show its executions and what Temporal's SDK measures, and promtool has no objections", async () => {
    await using program = await dev();
    installed.ollama.converse((_, turn) =>
      turn === 0 ? { text: "", tools: [{ name: "execute", args: { command: "false" } }] } : { text: "Done." },
    );
    expect(await program.command(["run", "Hi"]).exited).toBe(0);
    installed.ollama.converse(() => ({ status: 400, error: "the request is wrong" }));
    expect(await program.command(["run", "Hi"]).exited).not.toBe(0);

    const page = await (await scrape(program.env)).text();
    const lines = page.split("\n");
    expect(lines).toContain('agent_runner_executions_ended_total{outcome="completed"} 1');
    expect(lines).toContain('agent_runner_tool_calls_total{kind="command",outcome="failed"} 1');
    expect(page).toMatch(
      /^agent_runner_build_info\{version="\d+\.\d+\.\d+",commit="\w+",bun="[\d.]+",mode="local"\} 1$/m,
    );
    expect(page).toMatch(/^temporal_request_total\{.*operation="RecordActivityTaskHeartbeat"\} [1-9]/m);
    expect(page).toMatch(/^process_resident_memory_bytes [1-9]/m);
    if (Bun.which("promtool") === null) return;
    const { exitCode, stdout, stderr } = Bun.spawnSync(["promtool", "check", "metrics"], { stdin: Buffer.from(page) });
    expect({ exitCode, output: `${stdout}${stderr}` }).toEqual({ exitCode: 0, output: "" });
  });

  test("need the token, unless they are public", async () => {
    const ADMIN_TOKEN = "token-of-the-operator";
    {
      await using program = await dev({ ADMIN_TOKEN });
      expect((await scrape(program.env)).status).toBe(401);
      expect((await scrape(program.env, { authorization: `Bearer ${ADMIN_TOKEN}` })).status).toBe(200);
    }
    await using program = await dev({ ADMIN_TOKEN, METRICS_PUBLIC: "true" });
    expect((await scrape(program.env)).status).toBe(200);
  });

  test("are not there with METRICS=false, and the answer says why", async () => {
    await using program = await dev({ METRICS: "false" });
    const response = await scrape(program.env);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("METRICS=true");
  });
});
