import { EXIT, type ExitCode } from "../cli/index.ts";
import {
  ConfigError,
  describeProblem,
  type EnvMap,
  loadSettings,
  localSettings,
  withoutUrlSecrets,
} from "../config/index.ts";
import { messageOf, systemCode } from "../shared/errors.ts";
import { networkFailure } from "../shared/network-failure.ts";

const LIMIT_MS = 3_000;

export interface HealthOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  /** Values for variables that are not set otherwise. */
  readonly defaults?: EnvMap | undefined;
  /** Checks only whether the process is alive, not whether it takes work. */
  readonly live: boolean;
  /** URL of the admin server. Default: from ADMIN_HOST and ADMIN_PORT. */
  readonly url?: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** `agent-runner health`: probes a running runner. For images without curl. */
export async function health(options: HealthOptions): Promise<ExitCode> {
  const { live, write, writeError } = options;
  try {
    const base = options.url === undefined ? addressOf(options) : parseUrl(options.url);
    if (base === undefined) {
      writeError(
        `error: --url ${withoutUrlSecrets(options.url ?? "")}: give the URL of the admin server, such as http://localhost:8790.\n`,
      );
      return EXIT.usage;
    }
    const problem = await ask(`${base}${live ? "/livez" : "/readyz"}`);
    if (problem === undefined) {
      write("ok\n");
      return EXIT.ok;
    }
    writeError(`${problem}\n`);
    return EXIT.failed;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    writeError(error.problems.map((problem) => `error: ${describeProblem(problem)}\n`).join(""));
    return EXIT.configuration;
  }
}

/** The URL without what follows its path; undefined if it is not one of an HTTP server. */
function parseUrl(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.search = "";
  url.hash = "";
  return url.href.replace(/\/+$/, "");
}

function addressOf({ env, envFile, defaults }: HealthOptions): string {
  const settings = localSettings.admin.settings;
  const { host, port } = loadSettings({ host: settings.host, port: settings.port }, { env, envFile, defaults });
  if (port !== 0) return `http://${reachable(host)}:${port}`;
  const remedy = "Set a port, or name the admin server with --url.";
  throw new ConfigError([
    {
      variable: "ADMIN_PORT",
      problem: "0 does not say which port to probe",
      allowed: "a port from 1 to 65535",
      remedy,
    },
  ]);
}

/** A server that listens on all addresses is probed on loopback. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::" || host === "[::]") return "[::1]";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** @returns what is wrong; undefined if the runner is ready */
async function ask(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS), redirect: "error" });
    if (response.ok) return undefined;
    const { reasons = [] } = (await response.json().catch(() => ({}))) as { reasons?: readonly string[] };
    return `not ready: ${reasons.length === 0 ? `${withoutUrlSecrets(url)} answered ${response.status}` : reasons.join("; ")}`;
  } catch (error) {
    return `no answer from ${withoutUrlSecrets(url)}: ${reasonOf(error)}. Is the runner running, and is that the address of its admin server (ADMIN_HOST, ADMIN_PORT)?`;
  }
}

/** Why a request failed. Bun's texts are about its own API. */
function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return `it took more than ${LIMIT_MS / 1000} s`;
  const code = systemCode(error);
  const network = networkFailure(code);
  if (network !== undefined) return network.code === "refused" ? "the connection was refused" : "the host is unknown";
  if (code === undefined) return "what answers there is no HTTP server, or it broke off";
  return messageOf(error).split(". ")[0] ?? "";
}
