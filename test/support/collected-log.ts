import { createLogger, type Logger } from "../../src/log/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";

export interface CollectedLog {
  readonly log: Logger;
  /** Grows while something is logged. */
  readonly lines: string[];
}

/** A log in memory with all levels, as text, in which nothing is masked. */
export function collectedLog(): CollectedLog {
  const lines: string[] = [];
  const log = createLogger({
    level: "debug",
    format: "text",
    mask: new SecretMask(),
    write: (line) => void lines.push(line),
  });
  return { log, lines };
}
