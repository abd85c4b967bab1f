import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { memoryKillsIn } from "./control-groups.ts";
import { ownHierarchies } from "./hierarchies.ts";

/** How readily the kernel ends commands where memory runs out, from -1000 to 1000: before all that matters. */
const COMMAND_SCORE = 800;
/** How far commands are above this process where that is high itself, as in a cluster. */
const SCORE_DISTANCE = 100;
const HIGHEST_SCORE = 1_000;

/** What a command's shell does first, so that it and not this process is ended where memory runs out. Linux only. */
export function raiseScore(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const own = Number(readText("/proc/self/oom_score_adj"));
  return `echo ${Math.min(Math.max(COMMAND_SCORE, own + SCORE_DISTANCE), HIGHEST_SCORE)} >/proc/self/oom_score_adj`;
}

/** Memory that this process and all that it starts can have: the machine's, or less where its control group has a limit. */
export function availableMemory(): number {
  const limits = ownHierarchies().map(({ directory, limitFile }) =>
    Number(readText(`${directory}/${limitFile}`).trim()),
  );
  return Math.min(totalmem(), ...limits.filter((limit) => limit > 0));
}

let place: string | undefined;

/**
 * How many processes the kernel has ended for want of memory: in the control group of this process, which is all of a
 * container, or else on the whole machine.
 */
export function memoryKills(): number {
  place ??= eventsFile() ?? "/proc/vmstat";
  return memoryKillsIn(place);
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
