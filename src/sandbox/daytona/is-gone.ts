import { sleep } from "../../shared/time.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";

/** The time between two requests for a sandbox that seems to be gone. */
const SECOND_LOOK_MS = 2_000;

/**
 * Finds a sandbox by its id. Only two answers prove that it is gone: a sandbox that replaces it has none of its files.
 * @returns `undefined` if it is gone
 * @throws DaytonaFailure; the signal's reason
 */
export async function findTwice(api: DaytonaApi, id: string, signal: AbortSignal): Promise<DaytonaSandbox | undefined> {
  const found = await api.find(id, signal);
  if (found !== undefined) return found;
  await sleep(SECOND_LOOK_MS, signal);
  signal.throwIfAborted();
  return await api.find(id, signal);
}

/** Whether a sandbox that just failed is gone. @throws as {@link findTwice} */
export async function isGone(api: DaytonaApi, id: string, signal: AbortSignal): Promise<boolean> {
  const found = await findTwice(api, id, signal);
  return found === undefined || found.state === "destroyed" || found.state === "destroying";
}
