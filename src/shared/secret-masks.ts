import { SecretMask } from "./secret-mask.ts";

/** Which secrets are masked where. */
export interface SecretMasks {
  /** The process' own: in everything. */
  readonly own: SecretMask;
  /** Also those of running executions: in the log, and wherever executions can see what others have. */
  readonly all: SecretMask;
}

export function secretMasks(): SecretMasks {
  const own = new SecretMask();
  return { own, all: new SecretMask(own) };
}
