import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { TRACKING_VARIABLE } from "./tracking-id.ts";

export interface StartOptions {
  /** Absent: that of this process. */
  readonly cwd?: string | undefined;
  /** All that the program sees, besides the variable with the tracking id. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
}

/**
 * The file of a program.
 * @throws an error with the code `ENOENT`, as the system does
 */
export function findProgram(program: string, { cwd, env }: StartOptions): string {
  const file = Bun.which(program, { PATH: env["PATH"] ?? "", ...(cwd === undefined ? {} : { cwd }) });
  if (file !== null) return file;
  throw Object.assign(new Error(`There is no program ${program}`), { code: "ENOENT" });
}

/**
 * Starts a program in a session and process group of its own, with a tracking id in its environment.
 * @returns the child; it emits `error` if the program could not be started
 * @throws the system's error in some of these cases
 */
export function spawnTracked(
  program: string,
  args: readonly string[],
  { cwd, env, stdio }: StartOptions,
  trackingId: string,
): ChildProcess {
  return spawn(program, [...args], { cwd, env: { ...env, [TRACKING_VARIABLE]: trackingId }, stdio, detached: true });
}
