import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { type LocalTemporal, localTemporal } from "../../src/daemon/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { until } from "../support/eventually.ts";
import { processesWith } from "../support/processes.ts";
import { startTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let dataDir: string;
let address: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, "data");
  await mkdir(dataDir);
  const [port] = await freePorts(1);
  address = `localhost:${port}`;
});
afterEach(() => folder[Symbol.asyncDispose]());

function open(options: { path?: string; signal?: AbortSignal; namespace?: string } = {}): Promise<LocalTemporal> {
  const { path = process.env["PATH"], signal = new AbortController().signal, namespace = "default" } = options;
  const config = { address, namespace, taskQueue: "", maxConcurrency: 1 };
  return localTemporal({ config, dataDir, path, log: silentLogger, signal });
}

/** A PATH on which `temporal` is this script. */
async function fake(script: string): Promise<string> {
  const file = join(folder.path, "bin/temporal");
  await Bun.write(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return join(folder.path, "bin");
}

describe("the embedded Temporal server", () => {
  test("starts and stops, and makes its database readable for its owner only", async () => {
    const first = await open({ namespace: "of-its-own" });
    await first.stop();
    const database = join(dataDir, "temporal.db");
    expect((await stat(database)).mode & 0o777).toBe(0o600);
    await chmod(database, 0o644);
    const second = await open();
    expect((await stat(database)).mode & 0o777).toBe(0o600);
    await second.stop();
    expect(await processesWith(dataDir)).toEqual([]);
  });

  test("is not waited for when its start is cancelled", async () => {
    const path = await fake(`echo $$ >${folder.path}/started; sleep 5432`);
    const controller = new AbortController();
    const opening = open({ path, signal: controller.signal });
    await until("it is started", () => Bun.file(join(folder.path, "started")).exists());
    controller.abort(new Error("not wanted"));
    await expect(opening).rejects.toThrow("not wanted");
    await until("it is gone", async () => (await processesWith("sleep 5432")).length === 0);
  });

  test("is reported at once with the relevant part of its output if it ends during the start", async () => {
    const noise = 'for i in 1 2 3 4 5 6 7 8 9; do echo "goroutine $i [running]: main.main() 0x$i"; done';
    const path = await fake(
      `echo 'time=1 level=ERROR msg="failed starting server: file is \\"no\\" database"'; ${noise}; exit 1`,
    );
    await expect(open({ path })).rejects.toThrow(
      /^The Temporal development server ended while it was starting: failed starting server: file is "no" database$/,
    );
    await Bun.write(join(dataDir, "temporal.db"), "this is no database, whatever its name says".repeat(50));
    await expect(open()).rejects.toThrow(/ended while it was starting: .*not a database/);
  });
});

test("a Temporal server without the namespace is reported as such", async () => {
  await using temporal = await startTemporal();
  address = temporal.address;
  // Not by `rejects`, which keeps the native client's answers from coming through.
  const error = await open({ namespace: "foo" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "namespace-not-found" });
});
