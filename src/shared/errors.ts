/** The text of whatever was thrown, without a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message === "" ? error.name : error.message;
  return String(error);
}

/** The error and its causes, outermost first; stops at 10, so that a cycle ends. */
export function* causes(error: unknown): Generator<unknown> {
  let current = error;
  for (let depth = 0; depth < 10 && current !== undefined && current !== null; depth++) {
    yield current;
    current = current instanceof Error ? current.cause : undefined;
  }
}

/** The first error of a class among an error and its causes. */
export function causeOf<T extends Error>(error: unknown, type: abstract new (...args: never[]) => T): T | undefined {
  for (const cause of causes(error)) if (cause instanceof type) return cause;
  return undefined;
}

/** The system's code of an error (`ECONNREFUSED`, `EADDRINUSE`), looked for among its causes too. */
export function systemCode(error: unknown): string | undefined {
  for (const cause of causes(error)) {
    if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  }
  return undefined;
}

/** Marks a branch that the types make impossible. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
