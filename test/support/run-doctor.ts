/** `doctor --json` from the sources, in a process of its own, which trusts an issuer's CA as the runner does. */
import { join } from "node:path";
import type { CheckReport } from "../../src/doctor/index.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

export interface DoctorRun {
  readonly exitCode: number;
  readonly mode: string | null;
  readonly summary: Readonly<Record<string, number>>;
  /** By id. */
  readonly checks: ReadonlyMap<string, CheckReport>;
  /** All that was written. */
  readonly output: string;
  /** The check with this id. @throws Error if there is none */
  check(id: string): CheckReport;
}

/** @param env the variables that it has, besides PATH */
export async function runDoctor(env: Readonly<Record<string, string>>): Promise<DoctorRun> {
  const child = Bun.spawn([process.execPath, MAIN, "--env-file", "/dev/null", "doctor", "--json"], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const exitCode = await child.exited;
  if (output === "") throw new Error(`doctor wrote nothing, ended with ${exitCode}, and said: ${errors}`);
  const { mode, checks, summary } = JSON.parse(output) as {
    readonly mode: string | null;
    readonly checks: readonly CheckReport[];
    readonly summary: Readonly<Record<string, number>>;
  };
  const byId = new Map(checks.map((check) => [check.id, check]));
  return {
    exitCode,
    mode,
    summary,
    checks: byId,
    output: `${output}${errors}`,
    check: (id) => {
      const found = byId.get(id);
      if (found === undefined) throw new Error(`there is no check ${id}, but ${[...byId.keys()].join(", ")}`);
      return found;
    },
  };
}
