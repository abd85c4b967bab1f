import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { allProcesses, withoutEnded } from "../../src/processes/process-table.ts";

/** The command lines that contain a text. */
export async function processesWith(text: string): Promise<string[]> {
  return (await runningWith(text)).map(({ line }) => line);
}

/** The processes whose command line contains a text. */
export async function runningWith(text: string): Promise<{ readonly pid: number; readonly line: string }[]> {
  const found: { readonly pid: number; readonly line: string }[] = [];
  // Each of them may end at any time.
  for (const name of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
    const line = (await readFile(join("/proc", name, "cmdline"), "utf8").catch(() => "")).replaceAll("\0", " ");
    if (line.includes(text)) found.push({ pid: Number(name), line });
  }
  return found;
}

/** Whether a process is running; a zombie is not. */
export function isRunning(pid: number | string): boolean {
  try {
    process.kill(Number(pid), 0);
  } catch {
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return process.platform !== "linux";
  }
}

/** Whether a process of a group is running. Zombies are not: whoever adopted them may never reap them. */
export function isGroupRunning(group: number): boolean {
  return withoutEnded(allProcesses()).some((one) => one.group === group);
}
