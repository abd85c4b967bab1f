import * as v from "valibot";
import { type Parser, parser, text } from "./parser.ts";

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Shorter tokens could be guessed. */
const MIN_TOKEN_LENGTH = 8;

/** A key that is sent in a header. White space in it is a mistake of copying; other characters cannot be sent. */
export const apiKey: Parser<string> = parser(
  "a key without white space, in visible ASCII characters",
  v.pipe(
    text,
    v.check((value) => !/^bearer\s/i.test(value), 'starts with "Bearer", which is not part of the key'),
    v.check((value) => !/\s/.test(value), "has white space in it"),
    v.check((value) => VISIBLE_ASCII.test(value), "contains characters that no key has"),
  ),
);

/** A bearer token that the operator chose: anything that a header can carry. */
export const bearerToken: Parser<string> = parser(
  `a token of at least ${MIN_TOKEN_LENGTH} visible ASCII characters, without white space`,
  v.pipe(
    text,
    v.check((value) => VISIBLE_ASCII.test(value), "contains characters that an Authorization header cannot carry"),
    v.check((value) => value.length >= MIN_TOKEN_LENGTH, `is shorter than ${MIN_TOKEN_LENGTH} characters`),
  ),
);
