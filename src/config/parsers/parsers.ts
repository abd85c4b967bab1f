import { isIPv6 } from "node:net";
import * as v from "valibot";
import { alternatives } from "../../shared/text.ts";

/** How the text of a variable becomes a value, and what to tell who got it wrong. */
export interface Parser<T> {
  /** What is allowed, as the end of the sentence "Allowed: …". */
  readonly allowed: string;
  readonly schema: v.GenericSchema<string, T>;
}

/** Text as it is. Space around it is nearly always a slip of the hand, and invisible: it is refused. */
export const text = v.pipe(
  v.string(),
  v.check((value) => value.trim() !== "", "is blank"),
  v.check((value) => value === value.trim(), "has white space around it"),
);

/** A parser for values, from what is allowed and the schema that reads it. */
export function parser<T>(allowed: string, schema: v.GenericSchema<string, T>): Parser<T> {
  return { allowed, schema };
}

/** Passes texts that match; `problem` completes "… is". */
function matching(problem: string, test: (value: string) => boolean) {
  return v.pipe(text, v.check(test, problem));
}

export const anyText = parser("any text", text);

/** A model, maybe behind its provider's name; a tag of Ollama's has a colon too. */
export const modelName: Parser<string> = parser(
  "`name` or `provider:name`",
  v.pipe(
    text,
    v.check((value) => !/^:|:$/.test(value), "has a colon without a name on each side of it"),
  ),
);

/** A key that is sent as a header: white space in it is a slip of copying, and other characters cannot be sent. */
export const apiKey: Parser<string> = parser(
  "a key without white space, in visible ASCII characters",
  v.pipe(
    text,
    v.check((value) => !/^bearer\s/i.test(value), 'begins with "Bearer", which is no part of the key'),
    v.check((value) => !/\s/.test(value), "has white space in it"),
    v.check((value) => /^[\x21-\x7e]+$/.test(value), "has characters in it that no key has"),
  ),
);

/** Shortest token that is not soon found by trying. */
const MIN_TOKEN_LENGTH = 8;

/** A bearer token of the operator's own choice: what a header can carry, as it was meant. */
export const bearerToken: Parser<string> = parser(
  `a token of at least ${MIN_TOKEN_LENGTH} visible ASCII characters, without white space`,
  v.pipe(
    text,
    v.check((value) => /^[\x21-\x7e]+$/.test(value), "has characters in it that an Authorization header cannot carry"),
    v.check((value) => value.length >= MIN_TOKEN_LENGTH, `is shorter than ${MIN_TOKEN_LENGTH} characters`),
  ),
);

export function oneOf<const T extends string>(
  values: readonly T[],
  others: Readonly<Record<string, T>> = {},
): Parser<T> {
  const known = new Map<string, T>([...values.map((value) => [value, value] as const), ...Object.entries(others)]);
  const allowed = alternatives(values);
  return parser(
    allowed,
    v.pipe(
      matching(`is none of ${allowed}`, (value) => known.has(value.toLowerCase())),
      v.transform((value) => known.get(value.toLowerCase()) as T),
    ),
  );
}

export function wholeNumber(min: number, max: number): Parser<number> {
  return parser(
    `a whole number from ${min} to ${max}`,
    v.pipe(
      matching("is not a whole number", (value) => /^-?\d+$/.test(value)),
      v.transform(Number),
      v.check((value) => value >= min && value <= max, `is not between ${min} and ${max}`),
    ),
  );
}

export function decimalNumber(min: number, max: number): Parser<number> {
  return parser(
    `a number from ${min} to ${max}`,
    v.pipe(
      matching("is not a number", (value) => /^-?\d+(\.\d+)?$/.test(value)),
      v.transform(Number),
      v.check((value) => value >= min && value <= max, `is not between ${min} and ${max}`),
    ),
  );
}

export const port = wholeNumber(1, 65_535);
/** A port to listen on; 0 takes any free one. */
export const listenPort: Parser<number> = {
  ...wholeNumber(0, 65_535),
  allowed: "a port from 1 to 65535, or 0 for any free one",
};

/** Seconds in the environment, milliseconds inside. */
export function seconds(min: number, max: number): Parser<number> {
  const whole = wholeNumber(min, max);
  return parser(
    `${whole.allowed}, in seconds`,
    v.pipe(
      whole.schema,
      v.transform((value) => value * 1000),
    ),
  );
}

const TRUE = ["true", "1", "yes", "on"];
const FALSE = ["false", "0", "no", "off"];
export const boolean: Parser<boolean> = parser(
  "true or false (also 1/0, yes/no, on/off)",
  v.pipe(
    matching("is neither true nor false", (value) => [...TRUE, ...FALSE].includes(value.toLowerCase())),
    v.transform((value) => TRUE.includes(value.toLowerCase())),
  ),
);

const HOST = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)$/;

export const host: Parser<string> = parser(
  "a host name or an IP address",
  matching("is not a host name", (value) => HOST.test(value) || isIPv6(value)),
);

/** `host` or `host:port`, as in a URL. */
export const hostMaybePort: Parser<string> = parser(
  "a host name, and a port where it is not the usual one, without https://",
  v.pipe(
    text,
    v.check((value) => !value.includes("://"), "has a scheme (https://) where a host name is wanted"),
    v.check((value) => !value.includes("/"), "has a path where a host name is wanted"),
    v.check((value) => HOST.test(value.replace(/:\d+$/, "")), "is not a host name"),
    v.check(
      (value) => !/:\d+$/.test(value) || isPort(value.slice(value.lastIndexOf(":") + 1)),
      "has a port outside 1 to 65535",
    ),
  ),
);

/** `host:port`, as text. */
export const hostPort: Parser<string> = parser(
  "host:port, the port from 1 to 65535, without http://",
  v.pipe(
    text,
    v.check((value) => !value.includes("://"), "has a scheme (http://, grpc://) where host:port is wanted"),
    v.check((value) => /^.+:\d+$/.test(value), "has no port"),
    v.check((value) => HOST.test(value.slice(0, value.lastIndexOf(":"))), "has no valid host name before the port"),
    v.check((value) => isPort(value.slice(value.lastIndexOf(":") + 1)), "has a port outside 1 to 65535"),
  ),
);

function isPort(digits: string): boolean {
  const number = Number(digits);
  return number >= 1 && number <= 65_535;
}

/** An http or https URL, without a slash at the end. A password in it would be shown wherever the URL is: refused. */
export const httpUrl: Parser<string> = parser(
  "a URL that starts with http:// or https://, without user name and password",
  v.pipe(
    matching("is not an http or https URL", (value) => {
      const url = URL.parse(value);
      return url !== null && (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "";
    }),
    v.check(
      (value) => new URL(value).username === "" && new URL(value).password === "",
      "has a user name or a password in it",
    ),
    v.transform((value) => value.replace(/\/+$/, "")),
  ),
);
