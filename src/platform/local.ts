import { access, constants, mkdir } from "node:fs/promises";
import type { LocalConfig } from "../config/index.ts";
import { fixedKey } from "../credentials/index.ts";
import { baseEnvironment, FilesystemSandboxes } from "../sandbox/filesystem/index.ts";
import { messageOf } from "../shared/errors.ts";
import { failed } from "../shared/health.ts";
import { StigmerClient } from "../stigmer/index.ts";
import { openSqliteThreads } from "../threads/sqlite/index.ts";
import type { Platform, PlatformOptions } from "./platform.ts";
import { PlatformError } from "./platform-error.ts";

/** A laptop: a directory as sandbox, threads in a file, nothing to connect to but the daemon. */
export async function openLocal(config: LocalConfig, { env, log }: PlatformOptions): Promise<Platform> {
  const { root, rootDir } = config.sandbox;
  await usable(rootDir, "SANDBOX_ROOT_DIR", "workspace");
  await usable(config.dataDir, "STIGMER_DATA_DIR", "data directory");
  const { apiKey } = fixedKey(config.apiKey);
  const stigmer = new StigmerClient({ ...config.stigmer, apiKey });
  const threads = openSqliteThreads(config.dataDir, log);
  return {
    stigmer,
    sandboxes: new FilesystemSandboxes({
      rootDir,
      commandTimeoutMs: config.commandTimeoutMs,
      baseEnvironment: baseEnvironment(env),
    }),
    threads,
    sinks: [],
    checks: [{ name: "workspace", check: async () => failed(await writable(rootDir)) }],
    connected: ["Local mode: Skipping Redis initialization (using gRPC to Stigmer Daemon)"],
    summary: [`🔧 Sandbox: filesystem (root: ${root})`],
    close: async () => {
      stigmer.close();
      await threads.close();
    },
  };
}

async function usable(directory: string, variable: string, what: string): Promise<void> {
  const problem = await mkdir(directory, { recursive: true }).then(() => writable(directory), messageOf);
  if (problem === undefined) return;
  throw new PlatformError("directory", `The ${what} ${directory} cannot be used: ${problem}`, [
    `Make the directory writable for this user, or set ${variable} to one that is.`,
  ]);
}

async function writable(directory: string): Promise<string | undefined> {
  return await access(directory, constants.W_OK | constants.X_OK).then(() => undefined, messageOf);
}
