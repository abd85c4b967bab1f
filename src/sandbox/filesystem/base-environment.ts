import { tmpdir } from "node:os";
import type { EnvMap } from "../../config/index.ts";
import { homeDirectory, isUsable } from "../../shared/home-directory.ts";

/** The variables of the runner's environment that commands see. They never see the others, such as its keys. */
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
  // Which container engine the docker command uses, for MCP servers in containers.
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
  "DOCKER_CERT_PATH",
  "DOCKER_TLS_VERIFY",
];
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The environment of every command, made from that of the runner. */
export function baseEnvironment(env: EnvMap): Readonly<Record<string, string>> {
  const base: Record<string, string> = {
    PATH: DEFAULT_PATH,
    HOME: homeDirectory(),
    LANG: "C.UTF-8",
    TMPDIR: tmpdir(),
  };
  for (const name of PASSED_ON) {
    const value = env[name];
    // HOME is `/` for users without an account. They usually cannot write there.
    if (name === "HOME" && value === "/" && !isUsable(value)) continue;
    if (value !== undefined && value !== "") base[name] = value;
  }
  // Output without escape sequences, no pager, and no questions that nobody answers.
  return { ...base, TERM: "dumb", NO_COLOR: "1", PAGER: "cat", GIT_TERMINAL_PROMPT: "0" };
}
