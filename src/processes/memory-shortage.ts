import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { memoryKillsIn } from "./control-groups.ts";
import { ownHierarchies } from "./hierarchies.ts";

/** The `oom_score_adj` of started programs, from -1000 to 1000: the kernel kills the highest first. */
const COMMAND_SCORE = 800;
/** They are at least so far above this process, whose score may be high too in a cluster. */
const SCORE_DISTANCE = 100;
const HIGHEST_SCORE = 1_000;

/** A line of shell that makes the kernel kill that shell before this process when memory runs out. Linux only. */
export function raiseScore(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const own = Number(readText("/proc/self/oom_score_adj"));
  return `echo ${Math.min(Math.max(COMMAND_SCORE, own + SCORE_DISTANCE), HIGHEST_SCORE)} >/proc/self/oom_score_adj`;
}

/**
 * Bytes that this process and its descendants can use: the machine's, or the limit of its control group if that is
 * lower.
 */
export function availableMemory(): number {
  const limits = ownHierarchies().map(({ directory, limitFile }) =>
    Number(readText(`${directory}/${limitFile}`).trim()),
  );
  return Math.min(totalmem(), ...limits.filter((limit) => limit > 0));
}

let countFile: string | undefined;

/**
 * How many processes the kernel has killed because memory ran out: in the control group of this process, which is the
 * whole container, or else on the machine.
 */
export function memoryKills(): number {
  countFile ??= eventsFile() ?? "/proc/vmstat";
  return memoryKillsIn(countFile);
}

function eventsFile(): string | undefined {
  for (const { directory, eventsFile: name } of ownHierarchies()) {
    const file = `${directory}/${name}`;
    if (readText(file).includes("oom_kill ")) return file;
  }
  return undefined;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
