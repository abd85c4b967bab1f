import { parseRetryAfterMs } from "@langchain/core/utils/async_caller";
import { chainText, fromChain } from "./error-chain.ts";

/** Headers with a time, and the ones that say how much is left until then. */
const RESETS = [
  ...["requests", "tokens", "input-tokens", "output-tokens"].map((what) => ({
    reset: `anthropic-ratelimit-${what}-reset`,
    remaining: `anthropic-ratelimit-${what}-remaining`,
  })),
  ...["requests", "tokens"].map((what) => ({
    reset: `x-ratelimit-reset-${what}`,
    remaining: `x-ratelimit-remaining-${what}`,
  })),
];

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** How long a provider asks to wait before the next attempt; `undefined` if it does not say. */
export function advisedWaitMs(error: unknown, now: number = Date.now()): number | undefined {
  const headers = fromChain(error, (cause) => {
    const found: unknown = Reflect.get(cause, "headers");
    return found instanceof Headers ? found : undefined;
  });
  return (headers === undefined ? undefined : fromHeaders(headers, now)) ?? fromText(chainText(error));
}

function fromHeaders(headers: Headers, now: number): number | undefined {
  const exact = headers.get("retry-after-ms");
  if (exact !== null && /^\d+(\.\d+)?$/.test(exact.trim())) return Number(exact);
  const after = parseRetryAfterMs(headers.get("retry-after"));
  if (after !== undefined) return after;
  // Only limits that are used up have to be waited for.
  const waits = RESETS.flatMap(({ reset, remaining }) => {
    if (headers.get(remaining)?.trim() !== "0") return [];
    const wait = untilReset(headers.get(reset), now);
    return wait === undefined ? [] : [wait];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** A time as Anthropic writes it (RFC 3339), or a duration as OpenAI does (`6m0s`). */
function untilReset(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const time = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? durationMs(text) : Math.max(time - now, 0);
}

/** OpenAI's `try again in 1.2s`, Google's `"retryDelay": "34s"`. */
function fromText(text: string): number | undefined {
  const [, found] = /(?:try again in|"?retryDelay"?:)\s*"?((?:\d+(?:\.\d+)?(?:ms|s|m|h))+)\b/i.exec(text) ?? [];
  return found === undefined ? undefined : durationMs(found.toLowerCase());
}

/** `20ms`, `1.5s`, `6m0s`. */
function durationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}
