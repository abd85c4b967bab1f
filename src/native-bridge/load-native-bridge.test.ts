import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { silentLogger } from "../log/index.ts";
import { loadEmbedded, loadNativeBridge } from "./load-native-bridge.ts";
import { NativeBridgeError } from "./native-bridge-error.ts";

test("without an embedded bridge nothing is unpacked: the SDK loads the file of its own package", async () => {
  await using folder = await temporaryFolder();
  await loadNativeBridge({ dataDir: folder.path, env: { TMPDIR: folder.path }, log: silentLogger });
  expect(await readdir(folder.path)).toEqual([]);
});

test("a bridge that no place can load is reported with each place, and no file is left", async () => {
  await using folder = await temporaryFolder();
  const content = Buffer.from("not a library");
  const file = join(folder.path, "packed");
  await Bun.write(file, Bun.zstdCompressSync(content));
  const worker = join(import.meta.dir, "worker.ts");
  const bridge = {
    file,
    worker,
    size: content.length,
    sha256: new Bun.CryptoHasher("sha256").update(content).digest("hex"),
  };
  const env = { TMPDIR: join(folder.path, "missing"), XDG_CACHE_HOME: join(folder.path, "cache") };
  const dataDir = join(folder.path, "data");
  const error = await loadEmbedded({ dataDir, env, log: silentLogger }, bridge).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NativeBridgeError)) throw new Error(`expected a NativeBridgeError, not ${error}`);
  expect(error.places.map(({ place }) => place)).toEqual([
    `${dataDir}/native-bridge (STIGMER_DATA_DIR)`,
    `${folder.path}/cache/agent-runner/native-bridge (XDG_CACHE_HOME)`,
    expect.stringMatching(/missing\/agent-runner-native-bridge-\d+ \(TMPDIR\)$/),
    "memory",
  ]);
  expect(error.places[2]?.reason).toBe("it does not exist (ENOENT)");
  for (const { reason } of error.places) expect(reason).not.toContain("\n");
  expect(error.remedies).not.toBeEmpty();
  expect(await readdir(join(dataDir, "native-bridge"))).toEqual([]);
});
