/** `dev` of the compiled program, with ports and a folder of its own. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import type { InstalledProgram } from "./installed-program.ts";
import { type RunningProgram, startProgram } from "./program.ts";

type Env = Readonly<Record<string, string>>;

export interface DevProgram extends RunningProgram {
  readonly cwd: string;
  readonly env: Env;
  /** Starts another command in the same folder, with the same variables and more. */
  command(args: readonly string[], more?: Env): RunningProgram;
}

/** Starts `dev` and waits until it is ready. @param name of its folder, below the program's */
export async function startDev(
  { folder, file }: InstalledProgram,
  more: Env = {},
  name: string = crypto.randomUUID(),
  args: readonly string[] = [],
): Promise<DevProgram> {
  const [temporal, daemon, admin] = await freePorts(3);
  const cwd = join(folder.path, name);
  await mkdir(cwd, { recursive: true });
  const env: Env = {
    TEMPORAL_SERVICE_ADDRESS: `localhost:${temporal}`,
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
    ...more,
  };
  const program = startProgram(file, ["dev", ...args], env, cwd);
  await program.says("Ready.");
  return {
    ...program,
    cwd,
    env,
    command: (args, extra = {}) => startProgram(file, args, { ...env, ...extra }, cwd),
  };
}
