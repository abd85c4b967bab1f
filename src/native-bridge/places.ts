import { isAbsolute, join, resolve } from "node:path";
import type { EnvMap } from "../config/index.ts";
import { currentUser } from "./ownership.ts";

/** A directory into which the bridge may be unpacked. */
export interface Place {
  /** The variable that moves it elsewhere. */
  readonly setting: string;
  readonly directory: string;
  /** Whether missing parents are created. A missing TMPDIR is a mistake, and stays visible. */
  readonly createParents: boolean;
}

/** The directories to try, best first. */
export function places(dataDir: string, env: EnvMap): readonly Place[] {
  const cache = cacheDirectory(env);
  const temporary = resolve(env["TMPDIR"] || "/tmp");
  return [
    { setting: "STIGMER_DATA_DIR", directory: join(dataDir, "native-bridge"), createParents: true },
    ...(cache === undefined
      ? []
      : [{ setting: "XDG_CACHE_HOME", directory: join(cache, "agent-runner", "native-bridge"), createParents: true }]),
    {
      setting: "TMPDIR",
      directory: join(temporary, `agent-runner-native-bridge-${currentUser()}`),
      createParents: false,
    },
  ];
}

/** As the XDG specification says: a relative path is ignored. */
function cacheDirectory({ XDG_CACHE_HOME = "", HOME = "" }: EnvMap): string | undefined {
  if (isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  return isAbsolute(HOME) ? join(HOME, ".cache") : undefined;
}
