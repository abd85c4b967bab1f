import type { DaytonaApi, DaytonaSandbox } from "../daytona/daytona-api.ts";
import type { RemoteShell } from "../daytona/daytona-host.ts";
import { SandboxError } from "../sandbox-error.ts";
import { CHECK } from "./command-scripts.ts";

/**
 * The directory in which a sandbox's work is done, after a look at whether it has what its tools need.
 * @returns an absolute path without links
 * @throws SandboxError where something is missing
 */
export async function findRoot(
  api: DaytonaApi,
  remote: DaytonaSandbox,
  shell: RemoteShell,
  signal: AbortSignal,
): Promise<string> {
  const workDir = await api.call(`find the working directory of the sandbox ${remote.id}`, () => remote.getWorkDir(), {
    signal,
  });
  const { word, rest } = await shell.run(CHECK, { root: workDir ?? "/" });
  if (word === "missing") {
    throw new SandboxError(
      "unavailable",
      `The sandbox ${remote.id} lacks programs that its tools need: ${rest}. Use a snapshot that has them (DAYTONA_DEV_TOOLS_SNAPSHOT_ID), for example one made from a Debian or Ubuntu image.`,
    );
  }
  if (rest === "") throw new SandboxError("unavailable", `The sandbox ${remote.id} has no directory ${workDir}.`);
  return rest;
}
