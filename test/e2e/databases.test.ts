import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { installedProgram } from "../support/installed-program.ts";
import { type RunningProgram, startProgram } from "../support/program.ts";

const installed = installedProgram("temporal");

function start(dataDir: string): RunningProgram {
  const env = {
    MODE: "local",
    ADMIN_PORT: "0",
    TEMPORAL_SERVICE_ADDRESS: installed.temporal.address,
    STIGMER_DATA_DIR: dataDir,
  };
  return startProgram(installed.file, [], env, installed.folder.path);
}

describe("runner in local mode", () => {
  test.each(["threads.db", "turns.db"])(
    "whose %s is damaged does not start, and names the file and what to do",
    async (name) => {
      const dataDir = join(installed.folder.path, `damaged-${name}`);
      await mkdir(dataDir);
      const path = join(dataDir, name);
      await Bun.write(path, "no database at all, ".repeat(1_000));
      await using runner = start(dataDir);
      expect(await runner.exited).toBe(4);
      const output = runner.output() + runner.errors();
      expect(output).toContain("STARTUP FAILURE: a database cannot be used");
      expect(output).toContain(`Error: The database ${path} cannot be used: it is damaged`);
      expect(output).toContain(`move it away, with ${path}-wal and ${path}-shm`);
      expect(await Bun.file(path).text()).toStartWith("no database at all");
    },
  );

  test("leaves threads of a newer version unchanged and uses a separate file", async () => {
    const dataDir = join(installed.folder.path, "newer");
    await mkdir(dataDir);
    const path = join(dataDir, "threads.db");
    const newer = new Database(path, { create: true });
    newer.run("CREATE TABLE checkpoints (thread_id TEXT, what TEXT)");
    newer.run("INSERT INTO checkpoints VALUES ('thread-1', 'what it knows')");
    newer.run("PRAGMA user_version = 3");
    newer.close();
    await using runner = start(dataDir);
    await runner.says("Worker ready");
    expect(runner.output()).toContain(`${path} was written by a newer version of this program and is left unchanged`);
    runner.signal("SIGTERM");
    expect(await runner.exited).toBe(0);
    const kept = new Database(path);
    expect(kept.query("SELECT what FROM checkpoints").all()).toEqual([{ what: "what it knows" }]);
    kept.close();
  });
});
