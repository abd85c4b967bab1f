import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";

type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The path is passed on to worker threads, in which modules are loaded again. */
const PATH_KEY = "agent-runner.native-bridge";

let functions: Functions | undefined;

/**
 * Loads the bridge into this process.
 * @param path must stay valid, for worker threads load it again: a descriptor in it stays open
 * @throws the dynamic linker's error
 */
export function openBridge(path: string): void {
  functions = exportsOf(path);
  setEnvironmentData(PATH_KEY, path);
}

/**
 * The functions of the bridge. The build makes Temporal's SDK call this when it first needs one of them.
 * @throws if {@link openBridge} was not called in this process
 * @public called by the code that the build puts in place of the SDK's loader
 */
export function nativeBridge(): Functions {
  functions ??= exportsOf(pathFromMainThread());
  return functions;
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
