import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { stripped } from "./strip.ts";
import type { Target } from "./targets.ts";

const root = join(import.meta.dir, "../..");
const releases = join(root, "node_modules/@temporalio/core-bridge/releases");
/** Packing takes 10 to 20 s, and the bridge changes only with Temporal's version. */
const cache = join(root, "node_modules/.cache/agent-runner");
/** Higher levels take twice as long and save 1.5 %. */
const LEVEL = 19;

/** Temporal's native bridge as the program contains it. */
export interface PackedBridge {
  /** A file on this machine, compressed with zstd. */
  readonly file: string;
  /** Of the unpacked bridge, in hexadecimal. */
  readonly sha256: string;
  /** Of the unpacked bridge, in bytes. */
  readonly size: number;
  /** Why its symbols could not be removed; absent if they were. */
  readonly kept?: string | undefined;
}

/** Strips the bridge of a target if that is possible, and compresses it. */
export async function packBridge(target: Target): Promise<PackedBridge> {
  const { content, kept } = await stripped(join(releases, target.bridge, "index.node"), target);
  const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");
  const file = join(cache, `temporal-bridge-${sha256}.zst`);
  if (!(await Bun.file(file).exists())) {
    await mkdir(cache, { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    await Bun.write(unfinished, await Bun.zstdCompress(content, { level: LEVEL }));
    await rename(unfinished, file);
  }
  return { file, sha256, size: content.byteLength, kept };
}
