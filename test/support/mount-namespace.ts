/** Programs that see other file systems than this machine: in a mount namespace, which ends with them. */

const PLAIN = ["unshare", "--mount"];
/** Where users other than root may create namespaces. */
const AS_ROOT_OF_THEIR_OWN = ["unshare", "--user", "--map-root-user", "--mount"];

/** A command that mounts something, to find out whether this user may. */
const TRIAL = ["sh", "-c", "mount -t tmpfs none /mnt"];

const prefix = [PLAIN, AS_ROOT_OF_THEIR_OWN].find(
  (candidate) => Bun.which("unshare") !== null && Bun.spawnSync([...candidate, ...TRIAL]).exitCode === 0,
);

export const canMount = prefix !== undefined;

/** The command line that runs a shell script in a mount namespace; `"$@"` in the script is the command. */
export function inMountNamespace(script: string, command: readonly string[]): readonly [string, ...string[]] {
  if (prefix === undefined) throw new Error("this user may not mount anything");
  const [first = "", ...others] = prefix;
  return [first, ...others, "sh", "-ec", script, "sh", ...command];
}
