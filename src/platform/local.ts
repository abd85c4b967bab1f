import { realpathSync } from "node:fs";
import { access, constants, mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, sep } from "node:path";
import type { LocalConfig, MemorySize } from "../config/index.ts";
import { fixedKey } from "../credentials/index.ts";
import { availableMemory } from "../processes/index.ts";
import { FileJournal } from "../recovery/index.ts";
import { baseEnvironment, FilesystemSandboxes } from "../sandbox/filesystem/index.ts";
import { OWN_DIRECTORY } from "../sandbox/index.ts";
import { checkDirectory } from "../shared/directory-check.ts";
import { type DirectorySetting, directoryError } from "../shared/directory-error.ts";
import { failedBy, type HealthProblem } from "../shared/health.ts";
import { StigmerClient } from "../stigmer/index.ts";
import { openSqliteThreads } from "../threads/sqlite/index.ts";
import type { Platform, PlatformOptions } from "./platform.ts";

/** A laptop: a directory as sandbox, threads in a file, nothing to connect to but the daemon. */
export async function openLocal(config: LocalConfig, { env, log, isWorkflowOpen }: PlatformOptions): Promise<Platform> {
  const { root, rootDir } = config.sandbox;
  const workspace = { directory: rootDir, variable: "SANDBOX_ROOT_DIR", purpose: "workspace" };
  await makeDirectory(workspace);
  await makeDirectory({ directory: config.dataDir, variable: "STIGMER_DATA_DIR", purpose: "data directory" });
  await hideFromGit(rootDir, config.dataDir);
  const { apiKey } = fixedKey(config.apiKey);
  const stigmer = new StigmerClient({ ...config.stigmer, apiKey });
  const threads = openSqliteThreads(config.dataDir, log, isWorkflowOpen);
  const journal = new FileJournal(join(config.dataDir, "running"), log);
  return {
    stigmer,
    sandboxes: new FilesystemSandboxes({
      rootDir,
      commandTimeoutMs: config.commandTimeoutMs,
      commandMemory: bytesOf(config.sandbox.commandMemory),
      log,
      baseEnvironment: baseEnvironment(env),
    }),
    threads,
    sinks: [],
    group: localGroup(config.dataDir),
    isShared: false,
    journal,
    isJournalCertain: true,
    // Who works alone takes executions all the same: their users learn what is wrong.
    checks: [
      { name: "workspace", stopsWork: false, check: () => checkWritable(workspace) },
      { name: "data directory", stopsWork: false, check: () => checkDirectory(config.dataDir) },
      { ...threads.check, stopsWork: false },
    ],
    connected: ["Local mode: Skipping Redis initialization (using gRPC to Stigmer Daemon)"],
    summary: [`🔧 Sandbox: filesystem (root: ${root})`],
    close: async () => {
      stigmer.close();
      await journal.close();
      await threads.close();
    },
  };
}

/** Runners of this machine that keep their threads in the same directory. */
function localGroup(dataDir: string): string {
  const digest = new Bun.CryptoHasher("sha256").update(`${hostname()}:${realpathSync(dataDir)}`).digest("hex");
  return `local-${digest.slice(0, 12)}`;
}

/** A data directory below the workspace, as in a container, is neither to be committed nor to be cleaned away. */
async function hideFromGit(rootDir: string, dataDir: string): Promise<void> {
  const own = join(rootDir, OWN_DIRECTORY);
  if (!dataDir.startsWith(`${own}${sep}`)) return;
  await writeFile(join(own, ".gitignore"), "*\n", { flag: "wx" }).catch(() => undefined);
}

function bytesOf(size: MemorySize | undefined): number | undefined {
  if (size === undefined) return undefined;
  return "bytes" in size ? size.bytes : Math.floor(availableMemory() * size.share);
}

async function makeDirectory(setting: DirectorySetting): Promise<void> {
  const { directory } = setting;
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw directoryError(setting, error);
  }
}

async function checkWritable(setting: DirectorySetting): Promise<HealthProblem | undefined> {
  return await access(setting.directory, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: unknown) => failedBy(directoryError(setting, error)),
  );
}
