import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { waitAtMost } from "../shared/time.ts";
import { CLOSE_LIMIT_MS } from "./limits.ts";

/** Closes what the runner has opened, the last one first. What cannot be closed in time ends with the process. */
export async function close(opened: AsyncDisposableStack, log: Logger): Promise<void> {
  let isClosed = false;
  const closing = opened.disposeAsync().finally(() => {
    isClosed = true;
  });
  await waitAtMost(closing, CLOSE_LIMIT_MS).catch((error: unknown) => log.warn(`Closing failed: ${messageOf(error)}`));
  if (!isClosed)
    log.warn(`Not everything was closed within ${CLOSE_LIMIT_MS / 1000} s: the last traces may be missing`);
}
