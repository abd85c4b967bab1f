import { OWN_DIRECTORY, type Sandbox } from "../../sandbox/index.ts";

/**
 * Keeps a result, or a part of one, in a file of the sandbox.
 * @param name of the file, unique in the execution
 * @returns the file's absolute path
 * @throws SandboxError
 */
export async function writeResultFile(
  sandbox: Pick<Sandbox, "writeFile">,
  executionId: string,
  name: string,
  content: Uint8Array | string,
): Promise<string> {
  // The workspace is often a Git repository of the user.
  await sandbox.writeFile(`${OWN_DIRECTORY}/.gitignore`, "*\n");
  return await sandbox.writeFile(`${OWN_DIRECTORY}/tool-results/${executionId}/${name}`, content);
}

/**
 * Keeps the text of a call's result. Best effort: if that fails, the result can only be cut.
 * @returns the file's absolute path; `undefined` if it could not be written
 */
export async function keepResult(
  sandbox: Pick<Sandbox, "writeFile">,
  executionId: string,
  callId: string,
  text: string,
): Promise<string | undefined> {
  const name = callId.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 100);
  try {
    return await writeResultFile(sandbox, executionId, `${name}.txt`, text);
  } catch {
    return undefined;
  }
}
