import { dlopen } from "bun:ffi";

const PR_SET_DUMPABLE = 4;
const C_LIBRARIES = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

let isHidden = false;

/**
 * Takes this process out of reach of others of the same user: a command could read the runner's keys in
 * `/proc/<pid>/environ` or in its memory. Linux only, and not against root. Programs that this process starts are not
 * affected.
 * @returns whether it could be done
 */
export function hideProcess(): boolean {
  if (isHidden || process.platform !== "linux") return isHidden;
  for (const library of C_LIBRARIES) {
    try {
      const types = { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" } as const;
      const { symbols } = dlopen(library, { prctl: types });
      isHidden = symbols.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) === 0;
      if (isHidden) return true;
    } catch {
      // Another C library, or no foreign functions on this system.
    }
  }
  return false;
}
