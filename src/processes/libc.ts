import { dlopen } from "bun:ffi";

const C_LIBRARIES = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];
const TYPES = {
  prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" },
  getpwuid: { args: ["u32"], returns: "ptr" },
  setenv: { args: ["cstring", "cstring", "int"], returns: "int" },
  waitpid: { args: ["int", "ptr", "int"], returns: "int" },
} as const;

type LibC = ReturnType<typeof dlopen<typeof TYPES>>["symbols"];

let library: LibC | undefined | "none";

/** The C library on Linux; `undefined` on other systems, and if it cannot be loaded. */
export function libc(): LibC | undefined {
  library ??= open() ?? "none";
  return library === "none" ? undefined : library;
}

function open(): LibC | undefined {
  if (process.platform !== "linux") return undefined;
  for (const name of C_LIBRARIES) {
    try {
      return dlopen(name, TYPES).symbols;
    } catch {
      // Another C library, or a system that permits no foreign functions.
    }
  }
  return undefined;
}
