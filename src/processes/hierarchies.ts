import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** A hierarchy of control groups, and the place of this process in it. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** The group of this process. */
  readonly directory: string;
  /** Whether it is the root, which holds the whole machine. */
  readonly isRoot: boolean;
  /** Whether it was delegated: this process may create groups in it. */
  readonly isDelegated: boolean;
  /** Names of a group's files. */
  readonly limitFile: string;
  readonly swapFile: string;
  readonly eventsFile: string;
}

/** The files that limit memory, by version. */
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

/** The hierarchies that this process is in; those that limit memory come first. */
export function ownHierarchies(): Hierarchy[] {
  const mounts = lines("/proc/self/mountinfo").flatMap(mountOf);
  const found = lines("/proc/self/cgroup").flatMap((line): Hierarchy[] => {
    const [, controllers = "", ...rest] = line.split(":");
    const version = controllers === "" ? 2 : 1;
    if (version === 1 && !controllers.split(",").includes("memory")) return [];
    const isWanted = ({ type, options }: Mount) =>
      version === 2 ? type === "cgroup2" : type === "cgroup" && options.includes("memory");
    const mount = mounts.find(isWanted);
    if (mount === undefined) return [];
    const directory = join(mount.point, relative(mount.root, rest.join(":")));
    // The path lies outside of the mount.
    if (!existsSync(join(directory, "cgroup.procs"))) return [];
    const isRoot = version === 2 && !existsSync(join(directory, "cgroup.type"));
    return [{ version, directory, isRoot, isDelegated: isDelegated(directory, rest.join(":")), ...FILES[version] }];
  });
  return found.sort((a, b) => Number(limits(b)) - Number(limits(a)));
}

function limits({ version, directory }: Hierarchy): boolean {
  return version === 1 || lines(join(directory, "cgroup.controllers")).join(" ").split(" ").includes("memory");
}

/** A service manager delegates a group by changing its owner; a container has the whole hierarchy. */
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
