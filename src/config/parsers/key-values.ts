import * as v from "valibot";
import { type Parser, parser, text } from "./parser.ts";

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** They say where a request ends, or where it goes: two of a kind are understood differently by different servers. */
const FRAMING =
  /^(connection|content-length|content-type|content-encoding|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;
const HEADER_VALUE = /^[\x20-\x7e]*$/;

/** `name=value` pairs, separated by commas, in the form of OpenTelemetry's variables: values may be percent-encoded. */
export const keyValues: Parser<Readonly<Record<string, string>>> = pairs("name=value pairs", () => undefined);

/** The same for headers of HTTP requests. What is wrong is named without any value: these are secrets. */
export const httpHeaders: Parser<Readonly<Record<string, string>>> = pairs(
  "name=value pairs of headers",
  (name, value) => {
    if (!HEADER_NAME.test(name)) return "has a name that no header can have";
    if (FRAMING.test(name)) return `has a header that the program sets itself: ${name}`;
    return HEADER_VALUE.test(value) ? undefined : "has a value that no header can carry";
  },
);

function pairs(what: string, problemOf: (name: string, value: string) => string | undefined) {
  return parser(
    `${what}, separated by commas; commas and spaces in values as %2C and %20`,
    v.pipe(
      text,
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const read = new Map<string, string>();
        for (const pair of dataset.value.split(",")) {
          // The lists of other programs may end with a comma.
          if (pair.trim() === "") continue;
          const [name, value] = decoded(pair);
          const problem = name === "" ? "has a part that is no name=value" : problemOf(name, value);
          if (problem !== undefined) {
            addIssue({ message: problem });
            return NEVER;
          }
          read.set(name, value);
        }
        return Object.fromEntries(read);
      }),
    ),
  );
}

/** @returns an empty name if the text is no pair */
function decoded(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()];
  try {
    return [decodeURIComponent(name), decodeURIComponent(value)];
  } catch {
    return ["", ""];
  }
}
