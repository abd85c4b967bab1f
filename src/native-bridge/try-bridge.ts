import { access, constants } from "node:fs/promises";
import type { EnvMap } from "../config/index.ts";
import { existingPart } from "../shared/directory-usable.ts";
import { checkExecutable } from "../shared/noexec.ts";
import { type EmbeddedBridge, embedded } from "./embedded.ts";
import { openBridge } from "./open-bridge.ts";
import { type Place, places } from "./places.ts";
import { type FailedPlace, reasonOf } from "./reasons.ts";
import { requireSpace } from "./require-space.ts";
import { search } from "./search.ts";
import { nameOf, sourcesWithoutWriting } from "./sources.ts";

/** What a start would find. */
export interface BridgeTrial {
  /** From where it was loaded now: a directory with the file of an earlier start, or memory. Absent if nowhere. */
  readonly loadedFrom?: string | undefined;
  /** The first directory into which a start could unpack it. */
  readonly usable?: string | undefined;
  /** Why places cannot be used. */
  readonly failures: readonly FailedPlace[];
}

/**
 * Loads Temporal's native library into this process without writing a file, and finds out where a start would unpack it.
 * It may crash the process: the program runs it in one of its own.
 * @returns `undefined` if the program has none embedded, as when it runs from its sources
 */
export async function tryBridge(dataDir: string, env: EnvMap): Promise<BridgeTrial | undefined> {
  if (embedded === undefined) return undefined;
  const bridge = embedded;
  const all = places(dataDir, env);
  const loaded = Promise.withResolvers<string>();
  const failed = search(sourcesWithoutWriting(all, bridge), async ({ place, file }) => {
    try {
      openBridge(file.loadPath);
    } catch (error) {
      return reasonOf(error);
    }
    loaded.resolve(place);
    return await new Promise<never>(() => undefined);
  });
  const [result, { usable, failures }] = await Promise.all([
    Promise.race([loaded.promise, failed]),
    firstUsable(all, bridge),
  ]);
  return typeof result === "string"
    ? { loadedFrom: result, usable, failures }
    : { usable, failures: [...failures, ...result] };
}

/** Goes through the places as a start does, without writing. */
async function firstUsable(
  all: readonly Place[],
  bridge: EmbeddedBridge,
): Promise<{ readonly usable?: string; readonly failures: readonly FailedPlace[] }> {
  const failures: FailedPlace[] = [];
  for (const place of all) {
    try {
      const existing = await existingPart(place.directory);
      await access(existing, constants.W_OK | constants.X_OK);
      await checkExecutable(existing);
      await requireSpace(existing, bridge);
      return { usable: nameOf(place), failures };
    } catch (error) {
      failures.push({ place: nameOf(place), reason: reasonOf(error) });
    }
  }
  return { failures };
}
