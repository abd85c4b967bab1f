import { realpathSync, type Stats, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { SetValue } from "./origin.ts";
import { absolutePath } from "./parsers/paths.ts";
import type { Setting } from "./setting.ts";

/** Read permission of a file and search permission of its directories, of everybody and of the group. */
const CLASSES = [
  { who: "everybody on this machine", read: 0o004, search: 0o001 },
  { who: "its group", read: 0o040, search: 0o010 },
] as const;

/** The `f_type` of tmpfs and ramfs, see statfs(2). */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** Warns about a file with a secret that others can read and that this user could protect. */
export function exposedFile({ name, holdsSecret }: Setting, found: SetValue | undefined): readonly string[] {
  if (holdsSecret === undefined || found === undefined) return [];
  const path = absolutePath(found.value);
  try {
    const file = realpathSync(path);
    const stats = statSync(file);
    const who = stats.isFile() && isOwn(stats) ? readersOf(file, stats) : undefined;
    // Secrets of a cluster are mounted from memory, readable for all users of the container: only it sees them.
    if (who === undefined || IN_MEMORY.has(statfsSync(file).type)) return [];
    const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
    return [`${name} is the file ${path}, whose content ${who} can read (mode ${mode}): run \`chmod 600 ${path}\``];
  } catch {
    // A file that cannot be read is a problem of the setting, which is reported.
    return [];
  }
}

/** Another user's file, as mounts of containers are, cannot be protected by this one, who would not be able to read it then. */
function isOwn({ uid }: Stats): boolean {
  return process.geteuid?.() === uid;
}

function readersOf(file: string, { mode }: Stats): string | undefined {
  const directories = ancestorsOf(file).map((directory) => statSync(directory).mode);
  return CLASSES.find(
    ({ read, search }) => (mode & read) !== 0 && directories.every((directory) => (directory & search) !== 0),
  )?.who;
}

function ancestorsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestorsOf(parent)];
}
