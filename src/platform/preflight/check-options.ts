import type { EnvMap } from "../../config/index.ts";
import type { SecretMask } from "../../shared/secret-mask.ts";

export interface PlatformCheckOptions {
  /** Gets secrets that must not be shown. */
  readonly mask: SecretMask;
  /** The environment of the process. */
  readonly env: EnvMap;
}
