import * as v from "valibot";
import { EXIT, type ExitCode } from "../cli/index.ts";
import { withoutUrlSecrets } from "../config/index.ts";
import { boundedFetch } from "../shared/bounded-fetch.ts";
import { parseJson } from "../shared/parse-json.ts";
import { printableLine } from "../shared/printable.ts";
import { adminUrl } from "./admin/admin-address.ts";
import { type AdminCommandOptions, explain } from "./admin/admin-command.ts";
import { probeFailed, probeOk, refusal } from "./admin/answers.ts";
import { noAnswer, notARunner } from "./admin/request-failure.ts";

const LIMIT_MS = 3_000;
/** Characters of an answer. */
const MAX_LENGTH = 64 * 1024;

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
    writeError(`${printableLine(problem)}\n`);
    return EXIT.failed;
  } catch (error) {
    return explain(error, (text) => writeError(`${text}\n`));
  }
}

/** @returns what is wrong; undefined if the runner is ready */
async function ask(url: string): Promise<string | undefined> {
  try {
    const { status, text } = await boundedFetch(url, { limitMs: LIMIT_MS, maxLength: MAX_LENGTH, redirect: "error" });
    const answer = parseJson(text);
    if (status === 200 && v.is(probeOk, answer)) return undefined;
    if (status === 503 && v.is(probeFailed, answer)) return `not ready: ${answer.reasons.join("; ")}`;
    return v.is(refusal, answer) ? `${withoutUrlSecrets(url)}: ${answer.error.message}` : notARunner(url, status);
  } catch (error) {
    return noAnswer(url, error, LIMIT_MS);
  }
}
