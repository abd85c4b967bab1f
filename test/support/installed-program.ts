/** The compiled program in an empty directory, and the servers beside it. */
import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import { type OllamaDouble, startOllamaDouble } from "./ollama-double.ts";
import { installProgram, type RunningProgram, startProgram } from "./program.ts";
import { startTemporal, type TestTemporal } from "./temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

interface Servers {
  readonly ollama: OllamaDouble;
  readonly temporal: TestTemporal;
}

export interface InstalledProgram {
  readonly folder: TemporaryFolder;
  /** Path of the executable, in `program` below the folder. */
  readonly file: string;
}

/** The same for all tests of a file. Call it outside of tests. @param names the servers that the tests need */
export function installedProgram<Name extends keyof Servers = never>(
  ...names: readonly Name[]
): InstalledProgram & Pick<Servers, Name> {
  const wanted = new Set<string>(names);
  const open = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let file: string;
  let ollama: OllamaDouble;
  let temporal: TestTemporal;
  beforeAll(async () => {
    folder = open.use(await temporaryFolder());
    file = await installProgram(join(folder.path, "program"));
    if (wanted.has("ollama")) ollama = open.use(startOllamaDouble());
    if (wanted.has("temporal")) temporal = open.use(await startTemporal());
  });
  afterAll(() => open.disposeAsync());
  const installed: InstalledProgram & Servers = {
    get folder() {
      return folder;
    },
    get file() {
      return file;
    },
    get ollama() {
      return ollama;
    },
    get temporal() {
      return temporal;
    },
  };
  return installed;
}

/** Starts the program in local mode at the Temporal beside it, in the program's directory. */
export function startLocal(
  { folder, file, temporal }: InstalledProgram & Pick<Servers, "temporal">,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): RunningProgram {
  const all = { MODE: "local", ADMIN_PORT: "0", TEMPORAL_SERVICE_ADDRESS: temporal.address, ...env };
  return startProgram(file, args, all, join(folder.path, "program"));
}
