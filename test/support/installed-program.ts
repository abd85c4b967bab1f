/** The compiled program in an empty directory, beside a Temporal server. */
import { join } from "node:path";
import { installProgram } from "./program.ts";
import { startTemporal, type TestTemporal } from "./temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

export interface InstalledProgram extends AsyncDisposable {
  readonly folder: TemporaryFolder;
  /** Path of the executable, in `program` below the folder. */
  readonly file: string;
  readonly temporal: TestTemporal;
}

export async function installWithTemporal(): Promise<InstalledProgram> {
  const folder = await temporaryFolder();
  const file = await installProgram(join(folder.path, "program"));
  const temporal = await startTemporal();
  return {
    ...{ folder, file, temporal },
    [Symbol.asyncDispose]: async () => {
      await temporal[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
