import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { installProgram, type RunningProgram, startProgram } from "../support/program.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let temporal: TestTemporal;
let folder: TemporaryFolder;
let file: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  file = await installProgram(join(folder.path, "program"));
  temporal = await startTemporal();
});
afterAll(async () => {
  await temporal[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function start(dataDir: string): RunningProgram {
  const env = {
    MODE: "local",
    ADMIN_PORT: "0",
    TEMPORAL_SERVICE_ADDRESS: temporal.address,
    STIGMER_DATA_DIR: dataDir,
  };
  return startProgram(file, [], env, folder.path);
}

describe("runner in local mode", () => {
  test.each(["threads.db", "turns.db"])(
    "whose %s is damaged does not start, and names the file and what to do",
    async (name) => {
      const dataDir = join(folder.path, `damaged-${name}`);
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
    const dataDir = join(folder.path, "newer");
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
