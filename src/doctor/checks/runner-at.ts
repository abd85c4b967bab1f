import * as v from "valibot";
import { boundedFetch } from "../../shared/bounded-fetch.ts";

const LIMIT_MS = 2_000;
const MAX_LENGTH = 64 * 1024;

const LIVE = v.variant("status", [
  v.strictObject({ status: v.literal("ok") }),
  v.strictObject({ status: v.literal("blocked"), reasons: v.array(v.string()) }),
]);
const HEALTH = v.looseObject({
  status: v.picklist(["ok", "degraded", "not ready"]),
  state: v.picklist(["starting", "running", "draining", "stopping", "stopped"]),
  mode: v.pipe(v.string(), v.regex(/^[a-z]{1,20}$/)),
  version: v.pipe(v.string(), v.regex(/^[\w.+-]{1,60}$/)),
  uptimeSeconds: v.number(),
  inFlight: v.number(),
  checks: v.array(v.looseObject({ name: v.string(), status: v.string() })),
});

/** Who answers at the URL of an admin server. @returns `undefined` if it is not certainly a runner */
export async function runnerAt(
  url: string,
  signal: AbortSignal,
): Promise<{ readonly version: string; readonly mode: string } | undefined> {
  const ask = async <S extends v.GenericSchema>(path: string, schema: S) => {
    const { text } = await boundedFetch(`${url}${path}`, {
      limitMs: LIMIT_MS,
      maxLength: MAX_LENGTH,
      redirect: "error",
      signal,
    });
    return v.parse(schema, JSON.parse(text));
  };
  try {
    const [, health] = await Promise.all([ask("/livez", LIVE), ask("/healthz", HEALTH)]);
    return health;
  } catch {
    return undefined;
  }
}
