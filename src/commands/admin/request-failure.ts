import { withoutUrlSecrets } from "../../config/index.ts";
import { fetchFailure } from "../../shared/fetch-failure.ts";

/** Why no runner answers at a URL, and what to look at. */
export function noAnswer(url: string, error: unknown, limitMs: number): string {
  return `no runner answers at ${withoutUrlSecrets(url)}: ${fetchFailure(error, limitMs)}. Is the runner running, and is that the address of its admin server (ADMIN_HOST, ADMIN_PORT)?`;
}

/** Something else answers at a URL. */
export function notARunner(url: string, status: number): string {
  return `what ${withoutUrlSecrets(url)} answers (HTTP ${status}) is not an answer of an agent-runner of this version: is that its admin server?`;
}
