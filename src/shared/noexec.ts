import { readFile, realpath } from "node:fs/promises";

/** One line for each mount, see proc_pid_mountinfo(5). Linux only. */
const MOUNTS = "/proc/self/mountinfo";
const MOUNT_POINT = 4;
const OPTIONS = 5;

/**
 * Makes sure that code may run from a directory, as far as mount options say. Trying costs memory: what glibc has mapped of a
 * library before it fails stays mapped.
 * @throws Error whose message continues "<directory>: …"
 */
export async function checkExecutable(directory: string): Promise<void> {
  if (isNoexec(await realpath(directory), await mountsOfProcess())) throw new Error("it is mounted noexec");
}

/** What this process sees mounted; empty where the system does not tell. */
export async function mountsOfProcess(): Promise<string> {
  return await readFile(MOUNTS, "utf8").catch(() => "");
}

/** @param mounts the content of a mountinfo file */
export function isNoexec(path: string, mounts: string): boolean {
  let options = "";
  let longest = 0;
  for (const line of mounts.split("\n")) {
    const fields = line.split(" ");
    const mountPoint = unescaped(fields[MOUNT_POINT] ?? "");
    const isAbove = mountPoint === "/" || path === mountPoint || path.startsWith(`${mountPoint}/`);
    // Of several mounts at one place the last one counts.
    if (mountPoint === "" || !isAbove || mountPoint.length < longest) continue;
    longest = mountPoint.length;
    options = fields[OPTIONS] ?? "";
  }
  return options.split(",").includes("noexec");
}

/** Spaces and the like are in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
