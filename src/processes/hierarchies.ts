import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** One tree of control groups, and where this process is in it. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** The group of this process. */
  readonly directory: string;
  /** Whether that is the group of the whole machine. */
  readonly isRoot: boolean;
  /** Whether it was given to this process to make groups in it. */
  readonly isDelegated: boolean;
  /** Names of a group's files. */
  readonly limitFile: string;
  readonly swapFile: string;
  readonly eventsFile: string;
}

/** Where memory is limited in the one version and in the other. */
const FILES = {
  1: { limitFile: "memory.limit_in_bytes", swapFile: "memory.memsw.limit_in_bytes", eventsFile: "memory.oom_control" },
  2: { limitFile: "memory.max", swapFile: "memory.swap.max", eventsFile: "memory.events" },
} as const;

interface Mount {
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The trees that this process is in, those first that limit memory. None where the system has none. */
export function ownHierarchies(): Hierarchy[] {
  const mounts = lines("/proc/self/mountinfo").flatMap(mountOf);
  const found = lines("/proc/self/cgroup").flatMap((line): Hierarchy[] => {
    const [, controllers = "", ...rest] = line.split(":");
    const version = controllers === "" ? 2 : 1;
    if (version === 1 && !controllers.split(",").includes("memory")) return [];
    const isIt = ({ type, options }: Mount) =>
      version === 2 ? type === "cgroup2" : type === "cgroup" && options.includes("memory");
    const mount = mounts.find(isIt);
    if (mount === undefined) return [];
    const directory = join(mount.point, relative(mount.root, rest.join(":")));
    // A path outside of what is mounted here.
    if (!existsSync(join(directory, "cgroup.procs"))) return [];
    const isRoot = version === 2 && !existsSync(join(directory, "cgroup.type"));
    return [{ version, directory, isRoot, isDelegated: isDelegated(directory, rest.join(":")), ...FILES[version] }];
  });
  return found.sort((a, b) => Number(limits(b)) - Number(limits(a)));
}

function limits({ version, directory }: Hierarchy): boolean {
  return version === 1 || lines(join(directory, "cgroup.controllers")).join(" ").split(" ").includes("memory");
}

/** A service manager gives a group to its user by making it theirs; in a container the whole tree is its own. */
function isDelegated(directory: string, path: string): boolean {
  const uid = process.getuid?.();
  try {
    return path === "/" || (uid !== undefined && uid !== 0 && statSync(directory).uid === uid);
  } catch {
    return false;
  }
}

/** `36 35 98:0 /root /point options optional - type source super-options` */
function mountOf(line: string): Mount[] {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , root, point] = before.split(" ");
  const [type, , options = ""] = after.split(" ");
  if (root === undefined || point === undefined || type === undefined || !type.startsWith("cgroup")) return [];
  return [{ root, point, type, options: options.split(",") }];
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, "latin1")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}
