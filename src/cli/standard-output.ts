import { messageOf, systemCode } from "../shared/errors.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** The reader is gone: a closed pipe or terminal. */
const CLOSED_PIPE: ReadonlySet<string | undefined> = new Set(["EPIPE", "EIO"]);

/** Ends the process because its output cannot be written: silently if the reader is gone, as in `yes | head`. */
export function exitOnOutputError(error: unknown): never {
  if (CLOSED_PIPE.has(systemCode(error))) process.exit(EXIT.brokenPipe);
  process.stderr.write(`error: The output cannot be written: ${messageOf(error)}\n`);
  process.exit(EXIT.failed);
}

/** For commands whose output is a log: they go on when it cannot be written. */
export function ignoreOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** Runs a command that writes its result to Node's streams, and waits until everything is written. */
export async function runAndFlush(command: () => Promise<ExitCode>): Promise<ExitCode> {
  process.stdout.on("error", exitOnOutputError);
  // There is nowhere to report it.
  process.stderr.on("error", () => undefined);
  const code = await command();
  const { promise, resolve } = Promise.withResolvers<void>();
  // The callback of a write says nothing about earlier writes if a pipe is full.
  process.stdout.end(() => resolve());
  await promise;
  // The failure of an earlier write is reported after that.
  await new Promise<void>((next) => setImmediate(next));
  return code;
}
