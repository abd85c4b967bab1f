import type { Context } from "hono";
import type { LevelControl } from "../../log/index.ts";
import { humanDuration } from "../../shared/time.ts";
import type { AdminDeps } from "../admin-deps.ts";
import { logLevelRequest } from "./log-level-request.ts";

type LogLevelDeps = Pick<AdminDeps, "log">;

/** `GET /log-level`: what is logged at the moment. */
export function logLevel({ log }: LogLevelDeps) {
  return (c: Context): Response => c.json(levelJson(log.levels));
}

/** `PUT /log-level`: changes the level of the whole process, for some time or until it ends. */
export function changeLogLevel({ log }: LogLevelDeps) {
  const { levels } = log;
  return async (c: Context): Promise<Response> => {
    const { level, forSeconds } = await logLevelRequest(c);
    const before = levels.level;
    const onReturned = () => log.info(`The log level is ${levels.configured} again, as configured; it was ${level}`);
    levels.set(level, forSeconds === undefined ? undefined : { forMs: forSeconds * 1000, onReturned });
    const time = levels.until === undefined ? "" : ` for ${humanDuration(levels.until.getTime() - Date.now())}`;
    c.set("effect", `the log level was ${before} and is ${level}${time}`);
    return c.json(levelJson(levels));
  };
}

function levelJson({ level, configured, until }: LevelControl) {
  return { level, configured, ...(until === undefined ? {} : { until: until.toISOString() }) };
}
