import { afterAll, beforeAll, beforeEach } from "bun:test";
import { ProcessTree } from "../../src/processes/index.ts";
import { type RunOptions, runCommand } from "../../src/sandbox/filesystem/command.ts";
import { until } from "./eventually.ts";
import { isRunning } from "./processes.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/** Long enough that a test fails by its own time limit if something waits for it. */
export const LONG_S = 600;

export interface CommandRuns {
  readonly path: string;
  /** Those of the running test. */
  readonly processes: ProcessTree;
  run(command: string, options?: Partial<RunOptions>): ReturnType<typeof runCommand>;
  /** The process ids that a command writes to a file, once there are so many. */
  pidsIn(name: string, count: number): Promise<string[]>;
}

/** Lets the tests of a file run commands in a directory, each with processes of its own. Call it outside of tests. */
export function commandRuns(): CommandRuns {
  let folder: TemporaryFolder;
  let processes: ProcessTree;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  beforeEach(() => {
    processes = new ProcessTree();
  });
  afterAll(() => folder[Symbol.asyncDispose]());
  return {
    get path() {
      return folder.path;
    },
    get processes() {
      return processes;
    },
    async run(command, options = {}) {
      const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
      const signal = new AbortController().signal;
      const timeoutMs = LONG_S * 1000;
      return await runCommand(command, { cwd: folder.path, env, timeoutMs, signal, processes, ...options });
    },
    async pidsIn(name, count) {
      let pids: string[] = [];
      await until(`${count} process ids in ${name}`, async () => {
        const file = Bun.file(`${folder.path}/${name}`);
        pids = (await file.exists()) ? (await file.text()).split("\n").filter((line) => line !== "") : [];
        return pids.length === count;
      });
      return pids;
    },
  };
}

/** Waits until all these processes have ended. */
export async function gone(...pids: string[]): Promise<void> {
  await until(`the processes ${pids.join(", ")} are gone`, () => !pids.some(isRunning));
}
