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
import { directoryFailure } from "../shared/directory-failure.ts";
import { messageOf } from "../shared/errors.ts";
import { failed } from "../shared/health.ts";
import { StigmerClient } from "../stigmer/index.ts";
import { openSqliteThreads } from "../threads/sqlite/index.ts";
import type { Platform, PlatformOptions } from "./platform.ts";
import { PlatformError } from "./platform-error.ts";

/** A laptop: a directory as sandbox, threads in a file, nothing to connect to but the daemon. */
export async function openLocal(config: LocalConfig, { env, log, isWorkflowOpen }: PlatformOptions): Promise<Platform> {
  const { root, rootDir } = config.sandbox;
  await usable(rootDir, "SANDBOX_ROOT_DIR", "workspace");
  await usable(config.dataDir, "STIGMER_DATA_DIR", "data directory");
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
      { name: "workspace", stopsWork: false, check: async () => failed(await writable(rootDir)) },
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

async function usable(directory: string, variable: string, what: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const trouble = directoryFailure(directory, variable, error);
    throw new PlatformError(
      "directory",
      `The ${what} ${directory} cannot be used: ${trouble?.what ?? messageOf(error)}`,
      [trouble?.remedy ?? `Make the directory writable for this user, or set ${variable} to one that is.`],
    );
  }
}

async function writable(directory: string): Promise<string | undefined> {
  return await access(directory, constants.W_OK | constants.X_OK).then(() => undefined, messageOf);
}
