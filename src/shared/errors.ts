import { RunnerError, withRemedies } from "./runner-error.ts";

/** The text of any thrown value, without a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message === "" ? error.name : error.message;
  return String(error);
}

/** The text of any thrown value, with remedies if they are known. */
export function explained(error: unknown): string {
  return error instanceof RunnerError ? withRemedies(error.message, error.remedies) : messageOf(error);
}

/** Longest chain of causes that is followed. */
const MAX_CAUSES = 100;

/** The error and its causes, outermost first; a circle of them once. */
export function* causes(error: unknown): Generator<unknown> {
  const seen = new Set<unknown>();
  for (let current = error; current !== undefined && current !== null; ) {
    if (seen.has(current) || seen.size >= MAX_CAUSES) return;
    seen.add(current);
    yield current;
    current = current instanceof Error ? current.cause : undefined;
  }
}

/** Where an error comes from, for the log: its stack, and behind it the causes down to the first one. */
export function stackOf(error: unknown): string {
  const [outermost, ...others] = causes(error);
  const stack = outermost instanceof Error ? (outermost.stack ?? outermost.message) : messageOf(outermost);
  return [stack, ...others.map((cause) => `caused by: ${nameAndMessage(cause)}`)].join("\n");
}

function nameAndMessage(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The first error of a class among an error and its causes. */
export function causeOf<T extends Error>(error: unknown, type: abstract new (...args: never[]) => T): T | undefined {
  for (const cause of causes(error)) if (cause instanceof type) return cause;
  return undefined;
}

/** The system's code of an error (`ECONNREFUSED`, `EADDRINUSE`), also of its causes. Codes of the runner's own errors do not count. */
export function systemCode(error: unknown): string | undefined {
  return codedCause(error)?.code;
}

/** The error or the first of its causes that has such a code: what wraps it says less. */
export function codedCause(error: unknown): (Error & { readonly code: string }) | undefined {
  for (const cause of causes(error)) if (hasCode(cause)) return cause;
  return undefined;
}

function hasCode(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && !(error instanceof RunnerError) && "code" in error && typeof error.code === "string";
}

/** Marks a branch that the types make impossible. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
