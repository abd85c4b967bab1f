import { describe, expect, test } from "bun:test";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { allProcesses } from "../../src/processes/process-table.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startProgram } from "../support/program.ts";
import { requirement } from "../support/requirement.ts";

/** A system of processes of its own, as a container has it, whose first one is the program. */
const UNSHARE = ["unshare", "--fork", "--pid", "--mount-proc", "--kill-child"];
const canUnshare = requirement(
  Bun.which("unshare") !== null && Bun.spawnSync([...UNSHARE, "true"]).exitCode === 0,
  "the first process of a container: unshare does not work for this user",
);
/** Orphans that one command leaves. */
const ORPHANS = 5;

const installed = installedProgram("ollama", "temporal");

describe.if(canUnshare)("the program as the first process of a container", () => {
  test("reaps ended processes", async () => {
    const [daemon, admin] = await freePorts(2);
    const env = {
      TEMPORAL_SERVICE_ADDRESS: installed.temporal.address,
      STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
      ADMIN_PORT: String(admin),
      OLLAMA_BASE_URL: installed.ollama.url,
    };
    const [command = "", ...flags] = UNSHARE;
    await using program = startProgram(command, [...flags, installed.file, "dev"], env, installed.folder.path);
    await program.says("Ready.");
    const first = allProcesses().find(({ parent }) => parent === program.pid)?.pid ?? 0;
    const ended = () => allProcesses().filter(({ parent, isZombie }) => parent === first && isZombie).length;

    /** Runs one command. @returns what was shown of it */
    async function once(command: string): Promise<string> {
      installed.ollama.converse((_, turn) =>
        turn === 0 ? { text: "", tools: [{ name: "execute", args: { command } }] } : { text: "Done." },
      );
      const run = startProgram(installed.file, ["run", "Go", "--json"], env, installed.folder.path);
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
