import { SandboxError } from "../sandbox-error.ts";
import { CHECK } from "./command-scripts.ts";
import type { RemoteShell } from "./remote-shell.ts";

export interface CheckOptions {
  readonly sandboxId: string;
  /** Absolute path of an existing directory. */
  readonly workDir: string;
  /** How an operator gets a sandbox that has all programs. */
  readonly programsRemedy: string;
}

/**
 * Checks that a sandbox has the programs that the scripts use.
 * @returns the working directory, as an absolute path without links
 * @throws SandboxError if a program or the directory is missing
 */
export async function checkPrograms(
  shell: RemoteShell,
  { sandboxId, workDir, programsRemedy }: CheckOptions,
): Promise<string> {
  const { code, body } = await shell.run(CHECK, { root: workDir });
  if (code === "missing") {
    throw new SandboxError(
      "unavailable",
      `The sandbox ${sandboxId} lacks programs that its tools need: ${body}.`,
      undefined,
      [programsRemedy],
    );
  }
  if (body === "") throw new SandboxError("unavailable", `The sandbox ${sandboxId} has no directory ${workDir}.`);
  return body;
}
