import { EXIT, type ExitCode } from "../cli/index.ts";
import { withoutUrlSecrets } from "../config/index.ts";
import { adminUrl } from "./admin/admin-address.ts";
import { type AdminCommandOptions, explain } from "./admin/admin-command.ts";
import { noAnswer } from "./admin/request-failure.ts";

const LIMIT_MS = 3_000;

export interface HealthOptions extends AdminCommandOptions {
  /** Checks only whether the process is alive, not whether it takes work. */
  readonly live: boolean;
}

/** `agent-runner health`: probes a running runner. For images without curl. */
export async function health(options: HealthOptions): Promise<ExitCode> {
  const { live, write, writeError } = options;
  try {
    const problem = await ask(`${adminUrl(options)}${live ? "/livez" : "/readyz"}`);
    if (problem === undefined) {
      write("ok\n");
      return EXIT.ok;
    }
    writeError(`${problem}\n`);
    return EXIT.failed;
  } catch (error) {
    return explain(error, (text) => writeError(`${text}\n`));
  }
}

/** @returns what is wrong; undefined if the runner is ready */
async function ask(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS), redirect: "error" });
    if (response.ok) return undefined;
    const { reasons = [] } = (await response.json().catch(() => ({}))) as { reasons?: readonly string[] };
    return `not ready: ${reasons.length === 0 ? `${withoutUrlSecrets(url)} answered ${response.status}` : reasons.join("; ")}`;
  } catch (error) {
    return noAnswer(url, error, LIMIT_MS);
  }
}
