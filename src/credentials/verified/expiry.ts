import { degraded, failed, type HealthProblem } from "../../shared/health.ts";
import { humanDuration } from "../../shared/time.ts";
import { iso } from "./claims.ts";

/** How long before it expires a token is reported. */
const NOTICE_MS = 24 * 3_600_000;

/** Reports a token that has expired or expires soon. A token without `exp` never does. */
export function expiryProblem(expiresAt: number | undefined, now: number, remedy: string): HealthProblem | undefined {
  if (expiresAt === undefined) return undefined;
  const left = expiresAt - now;
  if (left <= 0) return failed(`it expired at ${iso(expiresAt)}, ${humanDuration(-left)} ago`, [remedy]);
  if (left > NOTICE_MS) return undefined;
  return degraded(`it expires at ${iso(expiresAt)}, in ${humanDuration(left)}`, [remedy]);
}
