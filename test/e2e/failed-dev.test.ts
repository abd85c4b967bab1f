import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, chown, mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { userName } from "../../src/shared/home-directory.ts";
import { makeDaemonFile } from "../support/daemon-file.ts";
import { damagePages } from "../support/damage.ts";
import { until } from "../support/eventually.ts";
import { writeFiles } from "../support/file-tree.ts";
import { canMount, inMountNamespace } from "../support/mount-namespace.ts";
import { startOllamaDouble } from "../support/ollama-double.ts";
import { processesWith } from "../support/processes.ts";
import { installProgram, type RunningProgram, startProgram } from "../support/program.ts";
import { asRoot, requirement } from "../support/requirement.ts";
import { startTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** A user without an entry in /etc/passwd. */
const UNKNOWN = 12_345;

let folder: TemporaryFolder;
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  file = await installProgram(join(folder.path, "program"));
  await chmod(file, 0o755);
});
afterAll(() => folder[Symbol.asyncDispose]());

async function dev(env: Record<string, string> = {}): Promise<RunningProgram> {
  const [temporal, daemon, admin] = await freePorts(3);
  const ports = {
    TEMPORAL_SERVICE_ADDRESS: `localhost:${temporal}`,
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
  };
  return startProgram(file, ["dev"], { ...ports, ...env }, folder.path);
}

describe("agent-runner dev", () => {
  test("ends at one Ctrl-C while it waits for Temporal", async () => {
    await Bun.write(join(folder.path, "bin/temporal"), "#!/bin/sh\nsleep 5431\n");
    await chmod(join(folder.path, "bin/temporal"), 0o755);
    const env = { PATH: `${folder.path}/bin:/usr/bin:/bin`, STIGMER_DATA_DIR: join(folder.path, "waiting") };
    await using waiting = await dev(env);
    await waiting.says("Starting a Temporal development server");
    await until("it runs", async () => (await processesWith("sleep 5431")).length > 0);
    waiting.signal("SIGINT");
    expect(await waiting.exited).toBe(0);
    await until("it is gone", async () => (await processesWith("sleep 5431")).length === 0);
  });

  test("shows the end of Temporal's output with the cause, and passes user and home to it", async () => {
    const chain = Array.from({ length: 60 }, (_, index) => `could not build part ${index}`).join(": ");
    const script = `#!/bin/sh\necho "Error: $USER $HOME ${chain}: user: unknown userid 12345" >&2\nexit 1\n`;
    await Bun.write(join(folder.path, "failing/temporal"), script);
    await chmod(join(folder.path, "failing/temporal"), 0o755);
    const env = { PATH: `${folder.path}/failing:/usr/bin:/bin`, STIGMER_DATA_DIR: join(folder.path, "failed") };
    await using failed = await dev(env);
    expect(await failed.exited).toBe(4);
    expect(failed.output()).toContain(`Error: ${userName()} ${folder.path} could not build part 0: could`);
    expect(failed.output()).toContain("could not build part 59: user: unknown userid 12345");
    expect(failed.output()).toContain("1. The system does not know this user");
  });

  test("says that the disk is full, without Temporal's SQL statement", async () => {
    const said = String.raw`time=2026-11-29T04:42:22.843 level=ERROR msg="failed starting server: failed setting up schema: error executing statement \"CREATE TABLE timer_info_maps (\\n\\tshard_id INT NOT NULL\\n);\": database or disk is full (13)"`;
    await writeFiles(join(folder.path, "full"), {
      said,
      temporal: `#!/bin/sh\ncat ${folder.path}/full/said >&2\nexit 1\n`,
    });
    await chmod(join(folder.path, "full/temporal"), 0o755);
    const data = join(folder.path, "full-data");
    await using failed = await dev({ PATH: `${folder.path}/full:/usr/bin:/bin`, STIGMER_DATA_DIR: data });
    expect(await failed.exited).toBe(4);
    expect(failed.output()).toContain(
      "ended while it was starting: the disk is full (failed starting server: failed setting up schema: database or disk is full (13))",
    );
    expect(failed.output()).toContain(`Free space on the disk of ${data}, or set STIGMER_DATA_DIR`);
    expect(failed.output()).not.toContain("CREATE TABLE");
    expect(failed.output()).not.toContain("remove temporal.db");
  });

  test.skipIf(!requirement(canMount, "a full disk: this user may not mount one"))(
    "says that the disk is full if Temporal cannot even write its log",
    async () => {
      const data = join(folder.path, "tiny-data");
      await mkdir(data);
      const script = `mount -t tmpfs -o size=8k none ${data}\nexec "$@"`;
      const [ports, temporal] = [await freePorts(3), Bun.which("temporal") ?? ""];
      const env = {
        PATH: `${dirname(temporal)}:/usr/bin:/bin`,
        STIGMER_DATA_DIR: data,
        TEMPORAL_SERVICE_ADDRESS: `localhost:${ports[0]}`,
        STIGMER_BACKEND_ENDPOINT: `localhost:${ports[1]}`,
        ADMIN_PORT: String(ports[2]),
      };
      const [command, ...args] = inMountNamespace(script, [file, "dev"]);
      await using failed = startProgram(Bun.which(command) ?? command, args, env, folder.path);
      expect(await failed.exited).toBe(4);
      expect(failed.output()).toContain("ended while it was starting: the disk is full\n");
      expect(failed.output()).toContain(`Free space on the disk of ${data}, or set STIGMER_DATA_DIR`);
    },
  );

  test("does not advise to remove the database if another server uses it", async () => {
    const said =
      'Error: failed creating namespaces: error creating namespace "default": database is locked (5) (SQLITE_BUSY)';
    await Bun.write(join(folder.path, "locked/temporal"), `#!/bin/sh\necho '${said}' >&2\nexit 1\n`);
    await chmod(join(folder.path, "locked/temporal"), 0o755);
    const env = { PATH: `${folder.path}/locked:/usr/bin:/bin`, STIGMER_DATA_DIR: join(folder.path, "locked-data") };
    await using failed = await dev(env);
    expect(await failed.exited).toBe(4);
    expect(failed.output()).toContain("Another Temporal server uses temporal.db in the same directory: stop it");
    expect(failed.output()).not.toContain("remove temporal.db");
  });

  test.if(asRoot("users that the system does not know"))(
    "works for a user that the system does not know, with and without a home",
    async () => {
      const ollama = startOllamaDouble();
      await using temporal = await startTemporal();
      for (const [name, home] of [
        ["without", []],
        ["root", ["HOME=/"]],
      ] as const) {
        const cwd = join(folder.path, `unknown-${name}`);
        await mkdir(cwd);
        await chown(cwd, UNKNOWN, UNKNOWN);
        const [daemon, admin] = await freePorts(2);
        const as = [
          "--unset=HOME",
          ...home,
          "setpriv",
          "--reuid",
          `${UNKNOWN}`,
          "--regid",
          `${UNKNOWN}`,
          "--clear-groups",
        ];
        const env = {
          TEMPORAL_SERVICE_ADDRESS: temporal.address,
          STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
          TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: name,
          ADMIN_PORT: String(admin),
          OLLAMA_BASE_URL: ollama.url,
        };
        await using program = startProgram("env", [...as, file, "dev"], env, cwd);
        await program.says("Ready.");
        ollama.converse((_, turn) =>
          turn === 0
            ? { text: "", tools: [{ name: "execute", args: { command: "echo home: $HOME; id -u" } }] }
            : { text: "Done." },
        );
        const run = startProgram("env", [...as, file, "run", "Go", "--json"], env, cwd);
        expect(await run.exited).toBe(0);
        expect(run.output()).toContain(`home: ${cwd}\\n${UNKNOWN}`);
        expect((await stat(join(cwd, ".stigmer/agent-runner"))).uid).toBe(UNKNOWN);
        program.signal("SIGTERM");
        expect(await program.exited).toBe(0);
      }
      await ollama[Symbol.asyncDispose]();
    },
  );

  test("refuses a data directory that is in use", async () => {
    const STIGMER_DATA_DIR = join(folder.path, "shared");
    await using first = await dev({ STIGMER_DATA_DIR });
    await first.says("Ready.");
    await using second = await dev({ STIGMER_DATA_DIR });
    expect(await second.exited).toBe(4);
    expect(second.output()).toContain(`Another \`dev\` uses the data directory ${STIGMER_DATA_DIR}`);
  });

  test("names the directory or file that it cannot use, without a stack trace", async () => {
    await Bun.write(join(folder.path, "file"), "");
    await using homeless = await dev({ HOME: "/proc/nowhere" });
    expect(await homeless.exited).toBe(4);
    expect(homeless.output()).toContain("The data directory /proc/nowhere/.stigmer/agent-runner cannot be used");
    const damaged = join(folder.path, "damaged");
    await Bun.write(join(damaged, "daemon.db"), "no database at all ".repeat(100));
    await using broken = await dev({ STIGMER_DATA_DIR: damaged });
    expect(await broken.exited).toBe(4);
    expect(broken.output()).toContain(`The database ${damaged}/daemon.db cannot be used`);
    const pages = join(folder.path, "damaged-pages");
    makeDaemonFile(join(pages, "daemon.db"));
    await damagePages(join(pages, "daemon.db"));
    await using malformed = await dev({ STIGMER_DATA_DIR: pages });
    expect(await malformed.exited).toBe(4);
    expect(malformed.output()).toContain(`The database ${pages}/daemon.db cannot be used: it is damaged`);
    const locked = join(folder.path, "damaged-lock");
    await Bun.write(join(locked, "dev.lock"), "garbage");
    await using unlocked = await dev({ STIGMER_DATA_DIR: locked });
    expect(await unlocked.exited).toBe(4);
    expect(unlocked.output()).toContain(`Remove the file ${locked}/dev.lock`);
    await using device = await dev({ STIGMER_DATA_DIR: "/dev/null" });
    expect(await device.exited).toBe(4);
    expect(device.output()).toContain("The data directory /dev/null cannot be used: it is not a directory");
    const outputs = [homeless, broken, malformed, unlocked, device].map((program) => program.output());
    expect(outputs.join("")).not.toMatch(/ {4}at |unexpected error/);
  });
});

describe("agent-runner", () => {
  test("works for a user without a home", async () => {
    const nobody = process.getuid?.() === 0 ? ["setpriv", "--reuid", "54321", "--clear-groups"] : [];
    const run = (...args: string[]) =>
      Bun.spawnSync([...nobody, "env", "-i", "PATH=/usr/bin:/bin", "MODE=local", file, ...args], { cwd: folder.path });
    const config = run("config");
    expect([config.exitCode, config.stderr.toString()]).toEqual([0, ""]);
    const start = run("start");
    if (nobody.length > 0) {
      expect(start.exitCode).toBe(4);
      expect(start.stdout.toString()).toContain("set SANDBOX_ROOT_DIR to one that is");
    }
  });

  test("says that --env-file needs a file", () => {
    const { exitCode, stderr } = Bun.spawnSync([file, "--env-file"]);
    expect([exitCode, stderr.toString()]).toEqual([2, "error: option '--env-file <file>' argument missing\n"]);
  });
});
