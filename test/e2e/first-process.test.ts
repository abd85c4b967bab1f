import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { allProcesses } from "../../src/processes/process-table.ts";
import { until } from "../support/eventually.ts";
import { type OllamaDouble, startOllamaDouble } from "../support/ollama-double.ts";
import { installProgram, startProgram } from "../support/program.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** A system of processes of its own, as a container has it, whose first one is the program. */
const UNSHARE = ["unshare", "--fork", "--pid", "--mount-proc", "--kill-child"];
const canUnshare = Bun.which("unshare") !== null && Bun.spawnSync([...UNSHARE, "true"]).exitCode === 0;
/** Orphans that one command leaves. */
const ORPHANS = 5;

let folder: TemporaryFolder;
let file: string;
let ollama: OllamaDouble;
let temporal: TestTemporal;
beforeAll(async () => {
  folder = await temporaryFolder();
  file = await installProgram(join(folder.path, "program"));
  ollama = startOllamaDouble();
  temporal = await startTemporal();
});
afterAll(async () => {
  await temporal[Symbol.asyncDispose]();
  await ollama[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

describe.if(canUnshare)("the program as the first process of a container", () => {
  test("reaps ended processes", async () => {
    const [daemon, admin] = await freePorts(2);
    const env = {
      TEMPORAL_SERVICE_ADDRESS: temporal.address,
      STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
      ADMIN_PORT: String(admin),
      OLLAMA_BASE_URL: ollama.url,
    };
    const [command = "", ...flags] = UNSHARE;
    await using program = startProgram(command, [...flags, file, "dev"], env, folder.path);
    await program.says("Ready.");
    const first = allProcesses().find(({ parent }) => parent === program.pid)?.pid ?? 0;
    const ended = () => allProcesses().filter(({ parent, isZombie }) => parent === first && isZombie).length;

    /** Runs one command. @returns what was shown of it */
    async function once(command: string): Promise<string> {
      ollama.converse((_, turn) =>
        turn === 0 ? { text: "", tools: [{ name: "execute", args: { command } }] } : { text: "Done." },
      );
      const run = startProgram(file, ["run", "Go", "--json"], env, folder.path);
      expect(await run.exited).toBe(0);
      return run.output();
    }

    const waiting = "sleep 1; ps -e -o pid=,comm=";
    // In the container the program is process 1.
    expect(await once(waiting)).toMatch(/ 1 agent-runner/);
    await once(`for i in $(seq ${ORPHANS}); do (sleep 0.1 & setsid sleep 0.1 &); done; ${waiting}`);
    await until("the ended processes are asked for", () => ended() === 0);
    process.kill(first, "SIGTERM");
    expect(await program.exited).toBe(0);
  });
});
