/** A variable that other programs of Temporal's know, and that has no effect here. */
export interface Unused {
  readonly variable: string;
  /** What to do instead. */
  readonly instead: string;
}

const NO_FILE = "no configuration file of Temporal's is read: set the TEMPORAL_* variables themselves";
const UNUSED: ReadonlyMap<string, string> = new Map([
  ["TEMPORAL_CONFIG_FILE", NO_FILE],
  ["TEMPORAL_PROFILE", NO_FILE],
  [
    "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION",
    "certificates are always verified: set TEMPORAL_TLS_SERVER_NAME to a name that Temporal's carries",
  ],
]);

/** Those that are set: whoever set them may expect something of it. */
export function findUnused(set: Iterable<string>): Unused[] {
  return [...set].flatMap((variable) => {
    const instead = UNUSED.get(variable);
    return instead === undefined ? [] : [{ variable, instead }];
  });
}

export function describeUnused({ variable, instead }: Unused): string {
  return `${variable} is set and has no effect: ${instead}`;
}
