/** The failed tests in a report, so that they are named where everybody looks: at the end of a long output. */

/** A failed test: where it is, its name, and why, shortened. */
export interface Failure {
  readonly test: string;
  readonly reason: string;
}

/** A test may print a whole page of HTML. */
const MAX_LINES = 12;
const MAX_CHARACTERS = 1_000;

const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }),
);

/** @param xml a report in JUnit's format, as `bun test` writes it */
export function junitFailures(xml: string): Failure[] {
  return [...xml.matchAll(/<testcase ([^>]*)>\s*<failure([^>]*?)(?:\/>|>([^<]*)<\/failure>)/g)].map(
    ([, testcase = "", failure = "", text = ""]) => ({
      test: `${attribute(testcase, "file")}:${attribute(testcase, "line") || "?"}: ${fullName(testcase)}`,
      reason: shortened(decoded(text) || attribute(failure, "message") || attribute(failure, "type")),
    }),
  );
}

/** @param report of vitest, in its format `json` */
export function vitestFailures(report: {
  readonly testResults?: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}): Failure[] {
  return (report.testResults ?? []).flatMap(({ name, message, assertionResults }) => [
    ...(message ? [{ test: name, reason: shortened(message) }] : []),
    ...assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => ({
        test: `${name}: ${fullName}`,
        reason: shortened((failureMessages ?? []).join("\n")),
      })),
  ]);
}

/** @returns lines for the end of the output; none without failures */
export function failureLines(suite: string, failures: readonly Failure[]): string[] {
  return failures.flatMap(({ test, reason }) => [
    `Failed in ${suite}: ${test}`,
    ...reason.split("\n").map((line) => `    ${line}`.trimEnd()),
  ]);
}

/** Bun names the innermost group first. */
function fullName(testcase: string): string {
  const groups = attribute(testcase, "classname").split(" > ").reverse();
  return [...groups.filter((group) => group !== ""), attribute(testcase, "name")].join(" > ");
}

/** @returns the value of an attribute; "" if it is not there */
function attribute(attributes: string, name: string): string {
  return decoded(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return Number.isNaN(code) ? (ENTITIES.get(name) ?? whole) : String.fromCodePoint(code);
  });
}

function shortened(text: string): string {
  const whole = text.trim();
  const short = whole.slice(0, MAX_CHARACTERS).split("\n").slice(0, MAX_LINES).join("\n");
  return short === whole ? whole : `${short}\n…`;
}
