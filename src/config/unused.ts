/** A variable that Temporal's own programs read, and this one does not. */
export interface Unused {
  readonly variable: string;
  /** What to do instead. */
  readonly instead: string;
}

const NO_FILE = "Temporal's configuration files are not read: set the TEMPORAL_* variables instead";
const UNUSED: ReadonlyMap<string, string> = new Map([
  ["TEMPORAL_CONFIG_FILE", NO_FILE],
  ["TEMPORAL_PROFILE", NO_FILE],
  [
    "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION",
    "certificates are always verified: set TEMPORAL_TLS_SERVER_NAME to a name that Temporal's certificate contains",
  ],
]);

/** Finds those that are set, so that the operator learns that they are ignored. */
export function findUnused(set: Iterable<string>): Unused[] {
  return [...set].flatMap((variable) => {
    const instead = UNUSED.get(variable);
    return instead === undefined ? [] : [{ variable, instead }];
  });
}

export function describeUnused({ variable, instead }: Unused): string {
  return `${variable} is set and has no effect: ${instead}`;
}
