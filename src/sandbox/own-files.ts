import { join } from "node:path";
import type { SecretMask } from "../shared/secret-mask.ts";
import { isInside, LIBRARY_DIRECTORIES, locate } from "./paths.ts";
import { OWN_DIRECTORY, type Sandbox } from "./sandbox.ts";

/**
 * The same sandbox, but secrets are masked in files of the runner's own directory. They contain whole tool results and
 * conversations, and later executions can read them.
 */
export function maskOwnFiles(sandbox: Sandbox, mask: SecretMask): Sandbox {
  const { id, root } = sandbox;
  return {
    id,
    root,
    execute: (command, options) => sandbox.execute(command, options),
    startProgram: (request, signal) => sandbox.startProgram(request, signal),
    readFile: (path) => sandbox.readFile(path),
    writeFile: (path, content) => sandbox.writeFile(path, isOwn(root, path) ? masked(content, mask) : content),
    list: (path) => sandbox.list(path),
    remove: (path) => sandbox.remove(path),
    glob: (pattern, path) => sandbox.glob(pattern, path),
    grep: (text, path, options) => sandbox.grep(text, path, options),
    installTrees: (directory, trees) => sandbox.installTrees(directory, trees),
  };
}

function isOwn(root: string, path: string): boolean {
  try {
    return isInside(join(root, OWN_DIRECTORY), locate(root, path, LIBRARY_DIRECTORIES).path);
  } catch {
    // The sandbox reports the error.
    return false;
  }
}

function masked(content: Uint8Array | string, mask: SecretMask): Uint8Array | string {
  if (typeof content === "string") return mask.mask(content);
  try {
    return mask.mask(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content));
  } catch {
    return content;
  }
}
