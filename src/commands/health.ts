import { EXIT, type ExitCode } from "../cli/index.ts";
import { ConfigError, describeProblem, type EnvMap, loadSettings, localSettings } from "../config/index.ts";
import { messageOf } from "../shared/errors.ts";

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
    const url = `${options.url?.replace(/\/+$/, "") ?? addressOf(options)}${live ? "/livez" : "/readyz"}`;
    const problem = await ask(url);
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
    return `not ready: ${reasons.length === 0 ? `${url} answered ${response.status}` : reasons.join("; ")}`;
  } catch (error) {
    return `no answer from ${url}: ${messageOf(error)}`;
  }
}
