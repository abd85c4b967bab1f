import { dlopen } from "bun:ffi";
import { closeSync } from "node:fs";
import { open } from "node:fs/promises";

const MFD_CLOEXEC = 0x01;
/**
 * No program may be started from the file, which loading a library does not need. Systems that forbid anything else
 * (`vm.memfd_noexec`) allow this; kernels older than 6.3 do not know it.
 */
const MFD_NOEXEC_SEAL = 0x08;

/**
 * Puts content into a file that exists only in memory, as long as its descriptor is open.
 * @throws if the system has no such files, or the content does not fit
 */
export async function memoryFile(name: string, content: Uint8Array): Promise<number> {
  const descriptor = create(name);
  try {
    await using file = await open(descriptorPath(descriptor), "r+");
    await file.writeFile(content);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** The path under which this process, and only this one, reaches an open file: Linux only. */
export function descriptorPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

function create(name: string): number {
  if (process.platform !== "linux") throw new Error("this system has no memory files");
  const { symbols, close } = dlopen("libc.so.6", { memfd_create: { args: ["cstring", "u32"], returns: "int" } });
  try {
    const text = Buffer.from(`${name}\0`);
    for (const flags of [MFD_CLOEXEC | MFD_NOEXEC_SEAL, MFD_CLOEXEC]) {
      const descriptor = symbols.memfd_create(text, flags);
      if (descriptor >= 0) return descriptor;
    }
  } finally {
    close();
  }
  throw new Error("this system has no memory files");
}
