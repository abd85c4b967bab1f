import * as v from "valibot";
import { type Parser, parser } from "./parser.ts";
import { certificateProblem, privateKeyProblem } from "./pem.ts";
import { checked } from "./problem-check.ts";

/** A certificate in the variable itself. It may end with a line break, as files do. */
export const certificateText: Parser<string> = pem("a certificate in PEM", certificateProblem);
export const privateKeyText: Parser<string> = pem("a private key in PEM, not encrypted", privateKeyProblem);

function pem(allowed: string, problemOf: (value: string) => string | undefined): Parser<string> {
  return parser(allowed, v.pipe(v.string(), checked(problemOf)));
}
