import { closeSync, existsSync, openSync } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { checkExecutable } from "../shared/noexec.ts";
import { bridgeName } from "./bridge-name.ts";
import type { EmbeddedBridge } from "./embedded.ts";
import { openIntact, sha256 } from "./intact-file.ts";
import { descriptorPath, memoryFile } from "./memory-file.ts";
import { checkParents } from "./parents.ts";
import type { Place } from "./places.ts";
import { ensurePrivateDirectory } from "./private-directory.ts";
import { requireSpace } from "./require-space.ts";
import { writeAtomically } from "./write-atomically.ts";

/** The place without a directory. */
export const MEMORY = "memory";

/** A file of the bridge that was checked. */
export interface CheckedFile {
  /** Where the dynamic linker finds exactly this file. */
  readonly loadPath: string;
  /** Open until the file is not needed any more, if {@link loadPath} leads through it. A number, so that threads share it. */
  readonly descriptor?: number | undefined;
  /** The file in a directory; undefined for a file in memory. */
  readonly path?: string | undefined;
}

/** One way to get the bridge as a file. */
export interface Source {
  /** The place as people know it. */
  readonly place: string;
  /** @returns undefined if there is nothing yet @throws Error whose message continues "<place>: …"; the system's error */
  open(): Promise<CheckedFile | undefined>;
  /** Removes what was written, if it cannot be loaded from there. */
  discard(): Promise<void>;
}

/** The ways to get the bridge, best first: files from earlier starts, then new files, then memory. */
export function sources(places: readonly Place[], bridge: EmbeddedBridge): readonly Source[] {
  let content: Uint8Array | undefined;
  const unpacked = async () => {
    content ??= await unpack(bridge);
    return content;
  };
  return [
    ...places.map((place) => existing(place, bridge)),
    ...places.map((place) => written(place, bridge, unpacked)),
    inMemory(bridge, unpacked),
  ];
}

/** Those that write no file: what earlier starts have left, and memory. */
export function sourcesWithoutWriting(places: readonly Place[], bridge: EmbeddedBridge): readonly Source[] {
  return [...places.map((place) => existing(place, bridge)), inMemory(bridge, () => unpack(bridge))];
}

function existing(place: Place, bridge: EmbeddedBridge): Source {
  const path = join(place.directory, bridgeName(bridge));
  return { place: nameOf(place), open: () => openChecked(path, place, bridge), discard: async () => undefined };
}

function written(place: Place, bridge: EmbeddedBridge, unpacked: () => Promise<Uint8Array>): Source {
  const path = join(place.directory, bridgeName(bridge));
  return {
    place: nameOf(place),
    open: async () => {
      await ensurePrivateDirectory(place);
      // Another start may have written it meanwhile.
      const found = await openChecked(path, place, bridge);
      if (found !== undefined) return found;
      await checkExecutable(place.directory);
      await requireSpace(place.directory, bridge);
      await writeAtomically(path, await unpacked());
      const own = await openChecked(path, place, bridge);
      if (own === undefined) throw new Error("what was written there could not be read back unchanged");
      return own;
    },
    discard: () => unlink(path).catch(() => undefined),
  };
}

function inMemory(bridge: EmbeddedBridge, unpacked: () => Promise<Uint8Array>): Source {
  return {
    place: MEMORY,
    open: async () => {
      const descriptor = await memoryFile("temporal-bridge", await unpacked());
      if ((await hashOf(descriptor)) === bridge.sha256) return { descriptor, loadPath: descriptorPath(descriptor) };
      closeSync(descriptor);
      throw new Error("the program file is damaged");
    },
    discard: async () => undefined,
  };
}

/** Loaded through its descriptor, the file is the one that was checked. Systems without such paths need its parents checked. */
async function openChecked(path: string, place: Place, bridge: EmbeddedBridge): Promise<CheckedFile | undefined> {
  await using file = await openIntact(path, bridge);
  if (file === undefined) return undefined;
  await checkExecutable(place.directory);
  if (existsSync(descriptorPath(file.fd))) {
    const descriptor = openSync(descriptorPath(file.fd), "r");
    return { path, descriptor, loadPath: descriptorPath(descriptor) };
  }
  await checkParents(place.directory);
  return { path, loadPath: path };
}

async function hashOf(descriptor: number): Promise<string> {
  await using file = await open(descriptorPath(descriptor), "r");
  return await sha256(file);
}

/** A place as people know it. */
export function nameOf({ directory, setting }: Place): string {
  return `${directory} (${setting})`;
}

async function unpack({ file, size }: EmbeddedBridge): Promise<Uint8Array> {
  // One buffer of the right size: growing one costs twice the time and memory.
  return await promisify(zstdDecompress)(await Bun.file(file).bytes(), { chunkSize: size, maxOutputLength: size });
}
