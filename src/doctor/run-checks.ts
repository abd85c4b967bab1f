import { type Check, type CheckResult, refused, refusedBy } from "../shared/check.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { cutMiddle } from "../shared/text.ts";
import { sleep } from "../shared/time.ts";

/** How long a check may take. All run at the same time. */
const LIMIT_MS = 5_000;
/** Characters of a text: servers say anything. */
const MAX_LENGTH = 1_000;

/** A check with its answer. */
export interface CheckReport extends Pick<Check, "id" | "area" | "title">, CheckResult {
  readonly durationMs: number;
}

export interface RunOptions {
  /** Replaces secrets in what the checks found. */
  readonly mask: SecretMask;
  /** Called with each result as soon as it is known, and with its place in the list. */
  readonly onReport?: ((report: CheckReport, index: number) => void) | undefined;
  readonly limitMs?: number | undefined;
  /** Ends the checks, and the programs that they have started. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs all checks at the same time. One that does not answer within the limit has failed; what it waits for goes on, and
 * ends with the process.
 * @returns a report for each, in their order; never throws
 */
export async function runChecks(
  checks: readonly Check[],
  { mask, onReport, limitMs = LIMIT_MS, signal }: RunOptions,
): Promise<readonly CheckReport[]> {
  const shown = (text: string) => cutMiddle(mask.mask(text), MAX_LENGTH, () => " … ").text;
  return await Promise.all(
    checks.map(async (check, index) => {
      const startedAt = performance.now();
      const { status, detail, remedies } = await runOne(check, limitMs, signal);
      const report: CheckReport = {
        id: check.id,
        area: check.area,
        title: check.title,
        status,
        detail: shown(detail),
        remedies: remedies.map(shown),
        durationMs: Math.round(performance.now() - startedAt),
      };
      onReport?.(report, index);
      return report;
    }),
  );
}

async function runOne({ run }: Check, limitMs: number, ended: AbortSignal | undefined): Promise<CheckResult> {
  const over = new AbortController();
  const signal = ended === undefined ? over.signal : AbortSignal.any([over.signal, ended]);
  const asking = (async () => await run(signal))().catch(refusedBy);
  const tooLate = sleep(limitMs, over.signal).then(() => refused(`no answer within ${limitMs / 1000} s`));
  try {
    return await Promise.race([asking, tooLate]);
  } finally {
    over.abort();
  }
}
