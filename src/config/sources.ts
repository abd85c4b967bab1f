import { textOfLine } from "./env-file-lines.ts";
import type { SetValue } from "./origin.ts";
import { parseEnvFile } from "./parse-env-file.ts";
import { readEnvFile } from "./read-env-file.ts";

/** An environment: names and values, as `process.env` has them. */
export type EnvMap = Readonly<Record<string, string | undefined>>;

/** All values that are set: the environment's first, then the env file's. */
export interface Sources {
  /** The value of the first of these names that is set. An empty variable counts as not set. */
  find(names: readonly string[]): SetValue | undefined;
  /** The values of all of these names that are set, the one that wins first. */
  findAll(names: readonly string[]): readonly SetValue[];
  /** All names that are set. */
  names(): Iterable<string>;
  /** Lines of the file that have no effect, each as a sentence. */
  readonly malformedLines: readonly string[];
}

const DEFAULT_ENV_FILE = ".env";

/**
 * Joins the environment and the env file.
 * @param file the file to read; without it `.env` in the working directory, if it exists
 * @throws ConfigError if the file cannot be read
 */
export function readSources(env: EnvMap, file?: string): Sources {
  const path = file ?? DEFAULT_ENV_FILE;
  const { values, malformed } = parseEnvFile(readEnvFile(path, file !== undefined));
  return join(
    env,
    values,
    path,
    malformed.map((line) => textOfLine(line, path)),
  );
}

/** The environment without an env file. */
export function environmentOnly(env: EnvMap): Sources {
  return join(env, {}, "", []);
}

function join(env: EnvMap, fromFile: EnvMap, file: string, malformed: readonly string[]): Sources {
  // The environment wins over the file under any name, a launcher's alias too.
  const findAll = (names: readonly string[]): SetValue[] => [
    ...valuesOf(env, names).map(([name, value]): SetValue => ({ value, origin: { from: "environment", name } })),
    ...valuesOf(fromFile, names).map(([name, value]): SetValue => ({ value, origin: { from: "file", name, file } })),
  ];
  return {
    malformedLines: malformed,
    find: (names) => findAll(names)[0],
    findAll,
    names: () => {
      const set = [...Object.entries(env), ...Object.entries(fromFile)].filter(([, value]) => isSet(value));
      return new Set(set.map(([name]) => name));
    },
  };
}

function valuesOf(env: EnvMap, names: readonly string[]): [name: string, value: string][] {
  return names.flatMap((name): [string, string][] => {
    const value = env[name];
    return value !== undefined && isSet(value) ? [[name, value]] : [];
  });
}

/** An empty variable counts as not set: launchers pass one for what they do not set. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
