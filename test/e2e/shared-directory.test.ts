import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { type AgentExecution, StigmerClient } from "../../src/stigmer/index.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { type RunningProgram, startProgram } from "../support/program.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";

const MESSAGES = 20;

const installed = installedProgram("ollama");

/** Makes what executions have last for long, if only time ends it. */
function outlast(dataDir: string): void {
  using database = new Database(join(dataDir, "turns.db"));
  database.run("PRAGMA busy_timeout = 60000");
  database.run("UPDATE tickets SET expires_at = expires_at + 3600000 WHERE held = 1");
}

describe("`start` and `dev` with one data directory", () => {
  test("run the executions of a session one at a time in order, also after one was killed", async () => {
    const [temporal, daemon] = await freePorts(2);
    const env = {
      TEMPORAL_SERVICE_ADDRESS: `localhost:${temporal}`,
      STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
      STIGMER_DATA_DIR: join(installed.folder.path, "data"),
      ADMIN_PORT: "0",
      TEMPORAL_MAX_CONCURRENCY: "20",
      OLLAMA_BASE_URL: installed.ollama.url,
    };
    await using dev = startProgram(installed.file, ["dev"], env, installed.folder.path);
    await dev.says("Ready.");
    await using start = startProgram(installed.file, ["start"], { ...env, MODE: "local" }, installed.folder.path);
    await start.says("Worker ready");
    const client = new StigmerClient({ endpoint: `localhost:${daemon}`, tls: false, apiKey: () => "test" });
    const user = new StigmerUser(client);

    const answered: string[] = [];
    const wrong: string[] = [];
    installed.ollama.converse(({ messages }) => {
      const said = messages.flatMap(({ role, content }) => (role === "user" ? [content.split("\n")[0] ?? ""] : []));
      answered.push(said.at(-1) ?? "");
      // Each continues what the one before it left.
      if (said.join() !== answered.join()) wrong.push(`${said.join()} | ${answered.join()}`);
      return { text: "Yes.", delay: 10 };
    });
    const session = await user.session();
    const sent = Array.from({ length: MESSAGES }, (_, index) => `message ${index + 1}`);
    const begun = await Promise.all(sent.map((message) => user.begin(session, message)));
    const ended = await Promise.all(begun.map(async (execution) => (await user.follow(execution)).at(-1)));
    expect(ended.map((execution) => execution?.status?.error)).toEqual(Array(MESSAGES).fill(""));
    expect(wrong).toEqual([]);
    expect(answered).toEqual(sent);
    for (const { output } of [dev, start]) expect(output()).toContain("Execution started");

    // `dev` sees at once that the other process is gone, and with it the turn that it had.
    installed.ollama.converse(() => ({ text: "", tools: [{ name: "execute", args: { command: "sleep 300" } }] }));
    const taken = async () => {
      const execution = await user.begin(await user.session(), "Wait");
      const mark = `Execution started [executionId=${execution.metadata?.id}`;
      const by = (program: RunningProgram) => program.output().includes(mark);
      await until("it runs", () => by(dev) || by(start));
      return by(start) ? execution : undefined;
    };
    let stuck: AgentExecution | undefined;
    for (let attempt = 0; stuck === undefined && attempt < 15; attempt++) stuck = await taken();
    start.signal("SIGKILL");
    await start.exited;
    installed.ollama.converse(() => ({ text: "Yes." }));
    outlast(join(installed.folder.path, "data"));
    expect(phaseOf(await user.ask(stuck?.spec?.sessionId ?? "", "Go on"))).toBe("EXECUTION_COMPLETED");
    client.close();
  });
});
