import { accessSync, constants, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { homeDirectory } from "../../shared/home-directory.ts";
import { withTimeout } from "../../shared/time.ts";
import { DevError } from "../dev-error.ts";

/** How long the download may take. */
const DOWNLOAD_LIMIT_MS = 180_000;

/** Where downloads of the Temporal CLI are kept. */
function cacheDir(): string {
  return join(homeDirectory(), ".cache", "agent-runner", "bin");
}

/**
 * The Temporal CLI: on the PATH, in the cache, or downloaded into it.
 * @throws DevError that says how to get it
 */
export async function temporalExecutable(path: string | undefined, log: Logger): Promise<string> {
  const onPath = Bun.which("temporal", { PATH: path ?? "" });
  return onPath ?? cached() ?? (await download(log));
}

function cached(): string | undefined {
  const directory = cacheDir();
  try {
    const name = readdirSync(directory).find(
      (file) => file.startsWith("temporal") && isExecutable(join(directory, file)),
    );
    return name === undefined ? undefined : join(directory, name);
  } catch {
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return !file.endsWith(".downloading");
  } catch {
    return false;
  }
}

/** Temporal's own library downloads the CLI. It also starts a server at once, which is stopped again. */
async function download(log: Logger): Promise<string> {
  log.info("Downloading the Temporal CLI (once) …");
  const directory = cacheDir();
  const fail = (error: unknown) =>
    new DevError(
      "temporal-missing",
      `There is no Temporal CLI on the PATH or in ${directory}, and it could not be downloaded: ${messageOf(error)}`,
      [
        "Install it (https://docs.temporal.io/cli: `brew install temporal`, or the archive for this machine) and start again.",
        "Or start Temporal elsewhere and name it in TEMPORAL_SERVICE_ADDRESS.",
      ],
      error,
    );
  try {
    mkdirSync(directory, { recursive: true });
    const { TestWorkflowEnvironment } = await import("@temporalio/testing");
    const starting = TestWorkflowEnvironment.createLocal({
      server: { executable: { type: "cached-download", downloadDir: directory } },
    });
    const environment = await withTimeout(
      starting,
      DOWNLOAD_LIMIT_MS,
      () => new Error(`it took longer than ${DOWNLOAD_LIMIT_MS / 1000} s`),
    );
    await environment.teardown();
  } catch (error) {
    throw fail(error);
  }
  const file = cached();
  if (file === undefined) throw fail(new Error("the download contained no program"));
  return file;
}
