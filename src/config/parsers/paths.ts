import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { systemCode } from "../../shared/errors.ts";
import { homeDirectory } from "../../shared/home-directory.ts";
import { type Parser, parser, text } from "./parser.ts";
import { certificateProblem, privateKeyProblem } from "./pem.ts";
import { checked } from "./problem-check.ts";

/** A directory, as an absolute path; it need not exist. */
export const directory: Parser<string> = parser("any text", v.pipe(text, v.transform(absolutePath)));

/** A file that can be read, as an absolute path. It is read now, so that the start fails and not a later step. */
export const readableFile: Parser<string> = file("a readable file", () => undefined);

/** One certificate or several, as in a bundle of CAs. */
export const certificateFile: Parser<string> = file("a PEM file with a certificate", certificateProblem);
export const privateKeyFile: Parser<string> = file("a PEM file with a private key, not encrypted", privateKeyProblem);

/** Makes a path absolute: `~` is the home directory, other relative paths start from the working directory. */
export function absolutePath(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homeDirectory(), path.slice(1)) : resolve(path);
}

function file(what: string, contentProblem: (content: string) => string | undefined): Parser<string> {
  const problemOf = (path: string) => fileProblem(path) ?? contentProblem(readFileSync(path, "utf8"));
  return parser(`the path of ${what}`, v.pipe(text, v.transform(absolutePath), checked(problemOf)));
}

function fileProblem(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return "is not a file";
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
    if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
    return `cannot be read (${code})`;
  }
}
