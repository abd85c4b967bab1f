import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { waitAtMost } from "../shared/time.ts";

/** How long closing connections may take at the end. */
const CLOSE_LIMIT_MS = 5_000;

/** Closes what the runner has opened, the last one first. What cannot be closed in time ends with the process. */
export async function close(opened: AsyncDisposableStack, log: Logger): Promise<void> {
  await waitAtMost(opened.disposeAsync(), CLOSE_LIMIT_MS).catch((error: unknown) =>
    log.warn(`Closing failed: ${messageOf(error)}`),
  );
}
