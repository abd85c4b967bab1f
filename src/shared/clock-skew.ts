import { type CheckResult, passed, refused, skipped, warned } from "./check.ts";
import { humanDuration } from "./time.ts";

/** Servers whose clock differs more are rare, and tokens are valid for minutes. */
const WARNING_MS = 30_000;
/** With this difference, tokens and certificates are taken for expired, or not valid yet. */
const FAILED_MS = 300_000;
/** The header has whole seconds: on average half of one is missing. */
const CUT_MS = 500;
/** Two that do not answer leave time within the limit of a check. */
const ASK_LIMIT_MS = 2_000;

const REMEDIES = [
  "Set the clock of this machine, and let a time service keep it right: `timedatectl set-ntp true`, or chrony in a virtual machine.",
];

/**
 * Compares this machine's clock with that of servers.
 * @param urls asked in this order; the first that answers with its time is believed
 */
export async function clockResult(urls: readonly string[], signal: AbortSignal): Promise<CheckResult> {
  for (const url of urls) {
    const found = await skewOf(url, signal).catch(() => undefined);
    if (found !== undefined) return skewResult(found);
  }
  return skipped("no server could be asked for its time");
}

/** @param skew how far this clock is ahead, in ms */
export function skewResult({ skew, host }: { readonly skew: number; readonly host: string }): CheckResult {
  const size = Math.abs(skew);
  if (size <= WARNING_MS) return passed(`as that of ${host}`);
  const detail = `${humanDuration(size)} ${skew > 0 ? "ahead of" : "behind"} that of ${host}`;
  return (size > FAILED_MS ? refused : warned)(detail, REMEDIES);
}

async function skewOf(url: string, signal: AbortSignal): Promise<{ readonly skew: number; readonly host: string }> {
  const before = Date.now();
  // A redirect has the time too, and its target need not be asked.
  const { headers, body } = await fetch(url, {
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_LIMIT_MS)]),
  });
  const now = (before + Date.now()) / 2;
  // The headers are enough, however long the body is.
  await body?.cancel().catch(() => undefined);
  const theirs = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(theirs)) throw new Error("the answer has no date");
  return { skew: now - (theirs + CUT_MS), host: new URL(url).host };
}
