import { EXIT, type ExitCode } from "../cli/index.ts";
import type { EnvMap } from "../config/index.ts";
import { tryBridge } from "../native-bridge/index.ts";

/** The hidden command of `doctor`: writes what a start would find, as JSON. */
export async function tryBridgeHere(dataDir: string, env: EnvMap, write: (text: string) => void): Promise<ExitCode> {
  write(`${JSON.stringify((await tryBridge(dataDir, env)) ?? null)}\n`);
  return EXIT.ok;
}
