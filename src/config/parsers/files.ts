import { accessSync, constants, readFileSync, statSync } from "node:fs";
import * as v from "valibot";
import { systemCode } from "../../shared/errors.ts";
import { absolutePath } from "./absolute-path.ts";
import { type Parser, parser, text } from "./parsers.ts";
import { certificateProblem, privateKeyProblem } from "./pem.ts";

/** A file that is there and can be read now: better to say so at the start than when it is needed. */
export const readableFile: Parser<string> = file("a readable file", () => undefined);

/** One certificate or several, as in a bundle of CAs. */
export const certificateFile: Parser<string> = file("a PEM file with a certificate", certificateProblem);
export const privateKeyFile: Parser<string> = file("a PEM file with a private key, not encrypted", privateKeyProblem);

/** The content of such files in the variable itself. The line at its end that a file has is no slip here. */
export const certificateText: Parser<string> = pem("a certificate in PEM", certificateProblem);
export const privateKeyText: Parser<string> = pem("a private key in PEM, not encrypted", privateKeyProblem);

function file(what: string, contentProblem: (content: string) => string | undefined): Parser<string> {
  const problem = (path: string) => {
    const absolute = absolutePath(path);
    return fileProblem(absolute) ?? contentProblem(readFileSync(absolute, "utf8"));
  };
  return parser(`the path of ${what}`, v.pipe(text, saying(problem)));
}

function pem(allowed: string, problem: (content: string) => string | undefined): Parser<string> {
  return parser(allowed, v.pipe(v.string(), saying(problem)));
}

/** A check whose message is what it found. */
function saying(problem: (value: string) => string | undefined) {
  return v.check(
    (value: string) => problem(value) === undefined,
    ({ input }) => problem(input) ?? "",
  );
}

function fileProblem(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return "is no file";
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
    if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
    return `cannot be read (${code})`;
  }
}
