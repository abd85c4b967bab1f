import pc from "picocolors";
import { EXIT, type ExitCode } from "../cli/index.ts";
import { ClientError, jsonLine, listExecutions, listLines } from "../client/index.ts";
import { answered, type StigmerCommandOptions, stigmerCommand, tell } from "./stigmer-command.ts";

/** Maximum of `--limit`. */
const MAX_LIMIT = 1_000;

export interface ListOptions extends StigmerCommandOptions {
  readonly session?: string;
  readonly limit: string;
  readonly json: boolean;
}

/** `agent-runner list`: shows the newest executions of a daemon. */
export async function list(options: ListOptions): Promise<ExitCode> {
  return await stigmerCommand(
    options,
    async ({ signal, client }) => {
      const limit = limitOf(options.limit);
      const session = options.session?.trim();
      if (session === "") throw new ClientError("--session is empty: give the id of a session, or leave it out.");
      const executions = await answered(client(), listExecutions(client(), { sessionId: session, limit, signal }));
      if (executions.length === 0) tell(nothing(client().endpoint, session));
      const { isTTY, columns } = process.stdout;
      const colors = pc.createColors(isTTY && pc.isColorSupported);
      const lines = options.json
        ? executions.map(jsonLine)
        : listLines(executions, colors, Date.now(), isTTY ? columns || undefined : undefined);
      process.stdout.write(lines.map((line) => `${line}\n`).join(""));
      return EXIT.ok;
    },
    () => tell("Interrupted."),
  );
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new ClientError(`--limit ${text}: give a number from 1 to ${MAX_LIMIT}.`);
}

function nothing(endpoint: string, session: string | undefined): string {
  const what = session === undefined ? "no executions" : `no executions of the session ${session}`;
  return `${endpoint} lists ${what}. The Stigmer server does not list executions; the daemon of \`agent-runner dev\` lists its own.`;
}
