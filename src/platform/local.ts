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
import { sha256 } from "../shared/sha256.ts";
import { StigmerClient } from "../stigmer/index.ts";
import { openSqliteThreads } from "../threads/sqlite/index.ts";
import type { Platform, PlatformOptions, PreparedPlatform } from "./platform.ts";
import { dataSetting, directory, workspaceSetting } from "./preflight/local-requirements.ts";
import { openAll } from "./preflight/open-all.ts";

/** A laptop: a directory as sandbox, threads in a file, and no server but the daemon. */
export async function openLocal(
  config: LocalConfig,
  { env, log, isWorkflowOpen }: PlatformOptions,
): Promise<PreparedPlatform> {
  const { root, rootDir } = config.sandbox;
  await using opened = new AsyncDisposableStack();
  const workspace = workspaceSetting(config);
  for (const setting of await openAll(opened, [directory(workspace), directory(dataSetting(config))]))
    await makeDirectory(setting);
  await hideFromGit(rootDir, config.dataDir);
  const { apiKey } = fixedKey(config.apiKey);
  const stigmer = new StigmerClient({ ...config.stigmer, apiKey });
  opened.defer(() => stigmer.close());
  const threads = openSqliteThreads(config.dataDir, log, isWorkflowOpen);
  opened.defer(() => threads.close());
  const journal = new FileJournal(join(config.dataDir, "running"), log);
  opened.defer(() => journal.close());
  const group = localGroup(config.dataDir);
  const platform: Platform = {
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
    group,
    journal,
    isJournalCertain: true,
    // No other runner could take the executions: their users learn what is wrong.
    checks: [
      { name: "workspace", stopsWork: false, check: () => checkWritable(workspace) },
      { name: "data directory", stopsWork: false, check: () => checkDirectory(config.dataDir) },
      { ...threads.check, stopsWork: false },
    ],
  };
  const closing = opened.move();
  return {
    mayHaveReplicas: false,
    connected: ["Local mode: Skipping Redis initialization (using gRPC to Stigmer Daemon)"],
    summary: [`🔧 Sandbox: filesystem (root: ${root})`],
    findGroup: async () => group,
    join: async () => platform,
    close: () => closing.disposeAsync(),
  };
}

/** Names the runners of this machine that keep their threads in the same directory. */
function localGroup(dataDir: string): string {
  const digest = sha256(`${hostname()}:${realpathSync(dataDir)}`);
  return `local-${digest.slice(0, 12)}`;
}

/** Keeps a data directory inside the workspace, as in a container, from being committed or removed by `git clean`. */
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
  try {
    await mkdir(setting.directory, { recursive: true });
    await access(setting.directory, constants.W_OK | constants.X_OK);
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
