import { Worker } from "node:worker_threads";
import type { EnvMap } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { humanSize } from "../shared/human-size.ts";
import { type EmbeddedBridge, embedded } from "./embedded.ts";
import { NativeBridgeError } from "./native-bridge-error.ts";
import { openBridge } from "./open-bridge.ts";
import { places } from "./places.ts";
import { reasonOf } from "./reasons.ts";
import { keepUsed } from "./retention.ts";
import type { Candidate } from "./search.ts";
import { MEMORY } from "./sources.ts";
import type { FromWorker, ToWorker, WorkerInput } from "./worker-messages.ts";

export interface NativeBridgeOptions {
  readonly dataDir: string;
  /** `XDG_CACHE_HOME`, `HOME` and `TMPDIR` are read. */
  readonly env: EnvMap;
  readonly log: Logger;
}

let loading: Promise<void> | undefined;

/**
 * Loads Temporal's native bridge, unpacking it first if no earlier start did. Further calls wait for the first one.
 * @throws NativeBridgeError with each place that was tried
 */
export function loadNativeBridge(options: NativeBridgeOptions): Promise<void> {
  loading ??= embedded === undefined ? Promise.resolve() : loadEmbedded(options, embedded);
  return loading;
}

/** Exported for tests, in which no bridge is embedded. */
export async function loadEmbedded({ dataDir, env, log }: NativeBridgeOptions, bridge: EmbeddedBridge): Promise<void> {
  const workerData: WorkerInput = { places: places(dataDir, env), bridge };
  const worker = new Worker(bridge.worker, { workerData });
  try {
    const { place, file, failures } = await loaded(worker);
    const level = place === MEMORY ? "warn" : "info";
    for (const failed of failures)
      log[level](`Temporal's native library cannot be loaded from ${failed.place}: ${failed.reason}`);
    if (place === MEMORY)
      log.warn(
        `Temporal's native library is kept in memory, which takes ${humanSize(bridge.size)}: no directory can be used`,
      );
    else log.debug(`Temporal's native library was loaded from ${place}`);
    if (file.path !== undefined) void keepUsed(file.path);
  } finally {
    await worker.terminate();
  }
}

/** Loads the first file of the worker that can be loaded. @throws NativeBridgeError; an error of the worker */
function loaded(worker: Worker): Promise<Candidate> {
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", () => reject(new Error("the worker thread that unpacks Temporal's native library ended early")));
    worker.on("message", (message: FromWorker) => {
      if ("failures" in message) return reject(new NativeBridgeError(message.failures));
      try {
        openBridge(message.candidate.file.loadPath);
        resolve(message.candidate);
      } catch (error) {
        worker.postMessage({ reason: reasonOf(error) } satisfies ToWorker);
      }
    });
  });
}
