import { SecretMask } from "./secret-mask.ts";

/** The masks of the process: `own` with the runner's secrets, `all` with those of running executions too. */
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
