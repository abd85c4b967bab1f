import type { FileHandle } from "node:fs/promises";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";

type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The path is passed on to worker threads, in which modules are loaded again. */
const PATH_KEY = "agent-runner.native-bridge";

let library: { readonly functions: Functions; readonly file?: FileHandle } | undefined;

/**
 * Loads the library into this process.
 * @param path must stay valid: worker threads load it again
 * @param file stays open, since the path may lead through its descriptor
 * @throws the dynamic linker's error
 */
export function openLibrary(path: string, file: FileHandle): void {
  library = { functions: exportsOf(path), file };
  setEnvironmentData(PATH_KEY, path);
}

export function isOpen(): boolean {
  return library !== undefined;
}

/**
 * The functions of the bridge. The build makes Temporal's SDK call this when it first needs one of them.
 * @throws if {@link openLibrary} was not called in this process
 * @public called by the code that the build puts in place of the SDK's loader
 */
export function nativeBridge(): Functions {
  library ??= { functions: exportsOf(pathFromMainThread()) };
  return library.functions;
}

function exportsOf(path: string): Functions {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}

function pathFromMainThread(): string {
  const path = getEnvironmentData(PATH_KEY);
  if (typeof path !== "string") throw new Error("Temporal's native bridge is used before loadNativeBridge()");
  return path;
}
