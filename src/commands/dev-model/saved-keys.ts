import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type EnvMap, parseEnvFile } from "../../config/index.ts";
import { KEYED, type KeyedProvider } from "../../providers/index.ts";
import { systemCode } from "../../shared/errors.ts";

const NAMES: readonly string[] = ["STIGMER_LLM_PROVIDER", ...Object.values(KEYED).map(({ variable }) => variable)];
const MAX_BYTES = 64 * 1024;

/** The file in the data directory in which `dev` keeps the keys that it was given, on request. */
export function keysFile(dataDir: string): string {
  return join(dataDir, "keys.env");
}

/**
 * What the file has.
 * @returns no values if there is no file
 * @throws Error if it cannot be read, or if others can
 */
export function readKeys(file: string): EnvMap {
  let text: string;
  try {
    const { mode, uid, size } = statSync(file);
    if ((mode & 0o077) !== 0 || uid !== process.getuid?.())
      throw new Error(`others can read it or it is not yours: run \`chmod 600 ${file}\`, or remove it`);
    if (size > MAX_BYTES) throw new Error("it is too large: remove it");
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return {};
    throw error;
  }
  return Object.fromEntries(Object.entries(parseEnvFile(text).values).filter(([name]) => NAMES.includes(name)));
}

/**
 * Adds a key to the file, which only this user can read, and makes its provider the one that `dev` uses.
 * @throws the system's error
 */
export function saveKey(file: string, dataDir: string, provider: KeyedProvider, key: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const values = { ...readKeys(file), STIGMER_LLM_PROVIDER: provider, [KEYED[provider].variable]: key };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  const part = `${file}.${process.pid}`;
  rmSync(part, { force: true });
  // Never readable by others, not even for a moment, and complete at once.
  const descriptor = openSync(part, "wx", 0o600);
  try {
    writeSync(
      descriptor,
      `# Written by \`agent-runner dev\`, which reads it. Remove the file to forget the keys.\n${lines.join("")}`,
    );
  } finally {
    closeSync(descriptor);
  }
  chmodSync(part, 0o600);
  renameSync(part, file);
}
