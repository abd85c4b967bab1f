import type { Logger } from "../log/index.ts";
import { withTimeout } from "../shared/time.ts";
import { type EmbeddedBridge, embedded } from "./embedded.ts";
import { isOpen, openLibrary } from "./library.ts";
import { NativeBridgeError } from "./native-bridge-error.ts";
import { type EnvMap, places } from "./places.ts";
import { type FailedPlace, reasonOf } from "./reasons.ts";
import { keepUsed } from "./retention.ts";
import { MEMORY, type Source, sources } from "./sources.ts";

/** How long one place may take: its disk may be another machine's. */
const PLACE_LIMIT_MS = 30_000;

export interface NativeBridgeOptions {
  readonly dataDir: string;
  /** `XDG_CACHE_HOME`, `HOME` and `TMPDIR` are read. */
  readonly env: EnvMap;
  readonly log: Logger;
}

/**
 * Loads Temporal's native bridge, unpacking it first if no earlier start did. Further calls change nothing.
 * @throws NativeBridgeError with each place that was tried
 */
export async function loadNativeBridge(
  { dataDir, env, log }: NativeBridgeOptions,
  bridge: EmbeddedBridge | undefined = embedded,
): Promise<void> {
  if (bridge === undefined || isOpen()) return;
  const failures = new Map<string, string>();
  for (const source of sources(places(dataDir, env), bridge)) {
    // Both ways to use a directory fail for the same reason.
    if (failures.has(source.place)) continue;
    try {
      if (!(await loadFrom(source))) continue;
      tell(failures, source, log);
      return;
    } catch (error) {
      failures.set(source.place, reasonOf(error));
    }
  }
  throw new NativeBridgeError(list(failures));
}

async function loadFrom(source: Source): Promise<boolean> {
  const tooLate = () => new Error(`it did not answer within ${PLACE_LIMIT_MS / 1000} s`);
  const opening = source.open();
  const checked = await withTimeout(opening, PLACE_LIMIT_MS, tooLate).catch((error: unknown) => {
    opening.then((late) => late?.file.close()).catch(() => undefined);
    throw error;
  });
  if (checked === undefined) return false;
  try {
    openLibrary(checked.loadPath, checked.file);
  } catch (error) {
    await checked.file.close();
    await source.discard();
    throw error;
  }
  if (checked.path !== undefined) await keepUsed(checked.path);
  return true;
}

function tell(failures: ReadonlyMap<string, string>, { place }: Source, log: Logger): void {
  for (const failed of list(failures))
    log.info(`Temporal's native library cannot be loaded from ${failed.place}: ${failed.reason}`);
  if (place === MEMORY)
    log.warn("Temporal's native library is kept in memory, which takes 24 MB: no directory can be used");
  else log.debug(`Temporal's native library was loaded from ${place}`);
}

function list(failures: ReadonlyMap<string, string>): readonly FailedPlace[] {
  return [...failures].map(([place, reason]) => ({ place, reason }));
}
