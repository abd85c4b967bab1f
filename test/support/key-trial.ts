import type { CredentialsConfig } from "../../src/config/index.ts";
import {
  type CredentialsOptions,
  type OpenCredentials,
  openCredentials,
} from "../../src/credentials/verified/index.ts";
import { createLogger, silentLogger } from "../../src/log/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";

export interface KeyTrial {
  readonly config?: Partial<CredentialsConfig>;
  /** What was logged. */
  readonly lines: string[];
  /** The same, as it would be if nothing were masked: the key must not be in it either. */
  readonly unmasked: string[];
  readonly mask: SecretMask;
  open(): Promise<OpenCredentials & Disposable>;
}

/** Opens an API key in a test and collects its log. */
export function keyTrial(
  credentials: CredentialsConfig,
  options: Partial<Omit<CredentialsOptions, "log" | "mask">> = {},
): KeyTrial {
  const [lines, unmasked, mask] = [[] as string[], [] as string[], new SecretMask()];
  const logger = (mask: SecretMask, into: string[]) =>
    createLogger({ level: "debug", format: "text", mask, write: (text) => into.push(text) });
  const [masking, plain] = [logger(mask, lines), logger(new SecretMask(), unmasked)];
  const both = (level: "debug" | "info" | "warn" | "error") => (message: string) => {
    masking[level](message);
    plain[level](message);
  };
  const log = {
    debug: both("debug"),
    isDebug: true,
    levels: silentLogger.levels,
    info: both("info"),
    warn: both("warn"),
    error: both("error"),
    child: () => log,
  };
  return {
    lines,
    unmasked,
    mask,
    async open() {
      const open = await openCredentials({ credentials }, { log, mask, ...options });
      return { ...open, [Symbol.dispose]: open.close };
    },
  };
}
