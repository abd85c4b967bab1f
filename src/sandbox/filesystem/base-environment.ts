import { tmpdir } from "node:os";
import { homeDirectory, isUsable } from "../../shared/home-directory.ts";

/** What of the runner's own environment commands may see. All else, above all its keys, stays with the runner. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TMPDIR",
  "TERM",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
];
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The environment that every command starts with, taken once from the process' own. */
export function baseEnvironment(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const base: Record<string, string> = {
    PATH: DEFAULT_PATH,
    HOME: homeDirectory(),
    LANG: "C.UTF-8",
    TMPDIR: tmpdir(),
  };
  for (const name of PASSED_ON) {
    const value = env[name];
    // Of a user that the system does not know: programs could keep nothing there.
    if (name === "HOME" && value === "/" && !isUsable(value)) continue;
    if (value !== undefined && value !== "") base[name] = value;
  }
  // Programs that ask whether they may draw and page: they may not.
  return { ...base, TERM: "dumb", NO_COLOR: "1", PAGER: "cat", GIT_TERMINAL_PROMPT: "0" };
}
