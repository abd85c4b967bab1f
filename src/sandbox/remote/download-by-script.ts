import { SandboxError } from "../sandbox-error.ts";
import type { RemoteHost } from "./remote-host.ts";
import { RemoteShell } from "./remote-shell.ts";
import { PRELUDE } from "./shell.ts";

/** Prints a file in base64. */
const READ = `${PRELUDE}
[ -e "$path" ] || fail not-found
[ -r "$path" ] || fail denied
printf '@ok\\n'
base64 <"$path"
`;

/**
 * Downloads a file by a script: for hosts whose own downloads do not work for every path.
 * @returns `undefined` if there is no such file
 * @throws SandboxError
 */
export async function downloadByScript(
  host: RemoteHost,
  sandboxId: string,
  path: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { code, body } = await new RemoteShell(host, sandboxId, signal).run(READ, { path });
  if (code === "not-found") return undefined;
  if (code !== "ok") throw new SandboxError("denied", `'${path}': permission denied.`);
  return Buffer.from(body, "base64");
}
