/** What a user sees of a data directory that cannot be written any more: nothing waits for ever, and all heals by itself. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { until } from "../support/eventually.ts";
import { writeFiles } from "../support/file-tree.ts";
import { type OllamaDouble, startOllamaDouble } from "../support/ollama-double.ts";
import { installProgram, startProgram } from "../support/program.ts";
import { requirement } from "../support/requirement.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

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
  // Also if a test was cut off.
  command("umount", "--lazy", join(folder.path, "disk"));
  await temporal[Symbol.asyncDispose]();
  await ollama[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function dev(dataDir: string) {
  const [daemon, admin] = await freePorts(2);
  const cwd = join(folder.path, `ein Ördner ${crypto.randomUUID()}`);
  await writeFiles(cwd, AGENT);
  const env = {
    TEMPORAL_SERVICE_ADDRESS: temporal.address,
    TASK_QUEUE: crypto.randomUUID(),
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
    OLLAMA_BASE_URL: ollama.url,
    STIGMER_DATA_DIR: dataDir,
  };
  const program = startProgram(file, ["dev"], env, cwd);
  await program.says("Ready.");
  const health = async () => {
    const answer = await fetch(`http://localhost:${admin}/healthz`);
    const { checks } = (await answer.json()) as { checks: { name: string; status: string; reason?: string }[] };
    return { status: answer.status, checks: new Map(checks.map((check) => [check.name, check])) };
  };
  const run = (message: string, ...args: readonly string[]) => startProgram(file, ["run", message, ...args], env, cwd);
  return { ...program, cwd, health, run };
}

const AGENT = {
  "agent.yaml": "metadata: {name: keeper}\nspec: {instructions: Keep., skill_refs: [{path: notes}]}\n",
  "notes/SKILL.md": "How to take notes.\n",
};

/** An execution that waits in a command until the file `go` is in the workspace. */
const untilGo = (_: unknown, turn: number) => {
  const command = "touch started; until [ -e go ]; do sleep 0.1; done";
  return turn === 0 ? { text: "", tools: [{ name: "execute", args: { command } }] } : { text: "Gone." };
};

/** Breaks the disk in the middle of an execution, and mends it when everybody was told. */
async function breakInTheMiddle(
  dataDir: string,
  problem: RegExp,
  disk: { breakFor: (pid: number) => Promise<void>; mend: (pid: number) => Promise<void> },
): Promise<void> {
  await using everything = await dev(dataDir);
  ollama.converse(() => ({ text: "Remembered." }));
  const before = everything.run("A message from before");
  expect(await before.exited).toBe(0);
  const session = /--session (ses-\w+)/.exec(before.output())?.[1] ?? "";
  ollama.converse(untilGo);
  const first = everything.run("Wait");
  const workspace = join(everything.cwd, "workspace");
  await until("the command runs", () => Bun.file(join(workspace, "started")).exists());
  await disk.breakFor(everything.pid);
  await Bun.write(join(workspace, "go"), "");
  expect(await first.exited).toBe(1);
  expect(first.output()).toContain(
    `The agent's memory is not available: The database ${dataDir}/threads.db cannot be used: `,
  );
  expect(first.output()).toMatch(problem);
  expect(first.output()).toContain("✗ failed after");

  // A round of checks may have begun before the databases were written.
  for (const name of ["agents' memory", "daemon"]) {
    const check = async () => (await everything.health()).checks.get(name);
    await until(`the check of ${name} fails`, async () => (await check())?.status === "failed");
    expect((await check())?.reason).toMatch(problem);
  }
  expect((await everything.health()).status).toBe(503);
  const second = everything.run("Again", "--agent", "agent.yaml");
  expect(await second.exited).not.toBe(0);
  expect(second.errors()).toContain(`${dataDir}/daemon.db cannot be used: `);
  expect(everything.output()).not.toMatch(/ {4}at /);

  await disk.mend(everything.pid);
  await until("all is well again", async () => (await everything.health()).status === 200);
  const [third, fourth] = [
    everything.run("Once more", "--agent", "agent.yaml"),
    everything.run("And then?", "--session", session),
  ];
  expect([await third.exited, await fourth.exited]).toEqual([0, 0]);
  expect(third.errors()).toContain("Pushing the skill notes");
  const asked = ollama.requests.find(({ messages }) => messages.some(({ content }) => content.includes("And then?")));
  const remembered = asked?.messages.map(({ content }) => content).join("\n");
  expect(remembered).toMatch(/A message from before[\s\S]*Remembered\.[\s\S]*And then\?/);
  everything.signal("SIGTERM");
  expect(await everything.exited).toBe(0);
}

const command = (...args: string[]) => Bun.spawnSync(args, { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
const canLimit = requirement(
  process.platform === "linux" && Bun.which("prlimit") !== null,
  "a full disk by a limit of files: prlimit is missing",
);
// Only root may mount; the other test is for everybody.
const canMount = requirement(
  command("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/tmp"),
  "a full disk: this user may not mount one",
);

describe("data directory on a full disk", () => {
  // No file of the process may grow: as good as a quota, and everybody may set it.
  test.if(canLimit)("ends executions at the client, fails the checks and heals", async () => {
    const limit = async (pid: number, bytes: string) => {
      expect(command("prlimit", "--pid", String(pid), `--fsize=${bytes}:`)).toBe(true);
    };
    await breakInTheMiddle(
      join(folder.path, "ein Verzeichnis für Daten"),
      /the disk reports an error \(SQLITE_IOERR_WRITE\)/,
      {
        breakFor: (pid) => limit(pid, "4096"),
        mend: (pid) => limit(pid, "unlimited"),
      },
    );
  });

  test.if(canMount)("executions end at the client, checks fail, and everything recovers with free space", async () => {
    const disk = join(folder.path, "disk");
    await mkdir(disk);
    expect(command("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk)).toBe(true);
    const filler = join(disk, "filler");
    await breakInTheMiddle(join(disk, "data"), /the disk is full \(SQLITE_FULL\)/, {
      breakFor: async () => void command("sh", "-c", `cat /dev/zero >${filler}`),
      mend: () => rm(filler),
    });
  });
});
