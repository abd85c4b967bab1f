import * as v from "valibot";
import { ConfigError } from "./config-error.ts";
import type { LoadOptions } from "./load-config.ts";
import { infoOf } from "./setting.ts";
import { runner } from "./settings/runner.ts";
import { readSources } from "./sources.ts";

export interface AdminAddress {
  readonly host: string;
  /** 0 where the runner takes any free one. */
  readonly port: number;
}

/**
 * Where a runner with this environment has its admin server. Looks at nothing else: a health check need not know the rest.
 * @throws ConfigError
 */
export function loadAdminAddress({ env, envFile, defaults }: LoadOptions): AdminAddress {
  const sources = readSources(env, envFile);
  const read = <T>(variable: string, schema: v.GenericSchema<string | undefined, T>): T => {
    const found = sources.find([variable])?.value ?? defaults?.[variable];
    const result = v.safeParse(schema, found);
    if (result.success) return result.output;
    const { allowed, default: usual } = infoOf(schema);
    const problem = `${JSON.stringify(found)} ${result.issues[0].message}`;
    throw new ConfigError([{ variable, problem, allowed, remedy: `Correct it, or unset it to use ${usual}.` }]);
  };
  return { host: read("ADMIN_HOST", runner.ADMIN_HOST), port: read("ADMIN_PORT", runner.ADMIN_PORT) };
}
