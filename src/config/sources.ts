import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { messageOf, systemCode } from "../shared/errors.ts";
import { ConfigError } from "./config-error.ts";
import { strayLines } from "./env-file-lines.ts";

/** An environment: names and values, as `process.env` has them. */
export type EnvMap = Readonly<Record<string, string | undefined>>;

/** Where a value came from. */
export type Origin =
  | { readonly from: "default" }
  | { readonly from: "environment"; readonly name: string }
  | { readonly from: "command"; readonly name: string }
  | { readonly from: "file"; readonly name: string; readonly file: string };

export interface Found {
  readonly value: string;
  readonly origin: Exclude<Origin, { from: "default" }>;
}

/** Everything that was set, the real environment before the file. */
export interface Sources {
  /** The value of the first of these names that is set; a set but empty variable counts as not set. */
  find(names: readonly string[]): Found | undefined;
  /** All names that are set. */
  names(): Iterable<string>;
  /** What in the file is passed over, each as a sentence. */
  readonly strayLines: readonly string[];
}

export const DEFAULT_ENV_FILE = ".env";

/**
 * Joins the environment and the env file.
 * @param file the file to read; without it `.env` in the working directory, where there is one
 * @throws ConfigError where the named file cannot be read
 */
export function readSources(env: EnvMap, file?: string): Sources {
  const path = file ?? DEFAULT_ENV_FILE;
  const text = readEnvFile(path, file !== undefined);
  const fromFile: EnvMap = parseEnv(text);
  return {
    strayLines: strayLines(text, path),
    find(names) {
      // The environment wins over the file whatever name it uses: a launcher's second name too.
      const name = names.find((candidate) => isSet(env[candidate]));
      if (name !== undefined) return { value: env[name] ?? "", origin: { from: "environment", name } };
      const inFile = names.find((candidate) => isSet(fromFile[candidate]));
      if (inFile === undefined) return undefined;
      return { value: fromFile[inFile] ?? "", origin: { from: "file", name: inFile, file: path } };
    },
    names: () => {
      const set = [...Object.entries(env), ...Object.entries(fromFile)].filter(([, value]) => isSet(value));
      return new Set(set.map(([name]) => name));
    },
  };
}

/** A variable that is set to nothing counts as not set: that is how launchers leave one out. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

function readEnvFile(path: string, named: boolean): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (!named && systemCode(error) === "ENOENT") return "";
    throw new ConfigError([
      {
        variable: named ? `--env-file ${path}` : path,
        problem: `cannot be read: ${messageOf(error)}`,
        allowed: "a readable file of NAME=value lines",
        remedy: named ? "Name an existing file." : "Make it readable, or remove it.",
      },
    ]);
  }
}
