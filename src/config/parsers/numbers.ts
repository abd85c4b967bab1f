import * as v from "valibot";
import { matching, type Parser, parser } from "./parser.ts";

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max: number): Parser<number> {
  return parser(
    `a whole number from ${min} to ${max}`,
    within(
      min,
      max,
      matching("is not a whole number", (value) => /^-?\d+$/.test(value)),
    ),
  );
}

/** A number within bounds, both included. */
export function decimalNumber(min: number, max: number): Parser<number> {
  return parser(
    `a number from ${min} to ${max}`,
    within(
      min,
      max,
      matching("is not a number", (value) => /^-?\d+(\.\d+)?$/.test(value)),
    ),
  );
}

/** Seconds in the environment, milliseconds in the configuration. */
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

/** A port to connect to. */
export const port = wholeNumber(1, 65_535);

/** A port to listen on; 0 takes any free one. */
export const listenPort: Parser<number> = {
  ...wholeNumber(0, 65_535),
  allowed: "a port from 1 to 65535, or 0 for any free one",
};

function within(min: number, max: number, digits: v.GenericSchema<string, string>) {
  return v.pipe(
    digits,
    v.transform(Number),
    v.check((value) => value >= min && value <= max, `is not between ${min} and ${max}`),
  );
}
