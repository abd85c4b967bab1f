import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { printError } from "../../cli/index.ts";
import type { EnvMap } from "../../config/index.ts";
import { type Typed, TypedText } from "./typed-text.ts";

/** Whether a person can be asked: at a terminal, in the foreground, and not in a CI's one. */
export function canAsk(env: EnvMap): boolean {
  const ci = env["CI"]?.toLowerCase() ?? "";
  return isatty(0) && isatty(2) && ["", "0", "false"].includes(ci) && isInForeground();
}

/** A program in the background would be stopped when it reads from the terminal. Only Linux shows this. */
function isInForeground(): boolean {
  try {
    // After the name, which may contain anything: state, parent, process group, session, terminal, and its process group.
    const [, , group, , , foreground] = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return group === foreground;
  } catch {
    return true;
  }
}

/**
 * Asks at the terminal, on standard error.
 * @param isSecret whether what is typed is not shown
 * @param signal ends the question, as Ctrl-D does
 */
export async function ask(question: string, isSecret: boolean, signal: AbortSignal): Promise<Typed> {
  if (signal.aborted) return { kind: "ended" };
  const { stdin } = process;
  const answer = Promise.withResolvers<Typed>();
  const text = new TypedText();
  const decoder = new TextDecoder();
  const restore = () => stdin.setRawMode(false);
  const onEnd = () => answer.resolve({ kind: "ended" });
  const onData = (bytes: Uint8Array) => {
    const before = text.text.length;
    const end = text.feed(decoder.decode(bytes, { stream: true }));
    if (!isSecret) printError(`${"\b \b".repeat(before)}${text.text}`);
    if (end !== undefined) answer.resolve(end);
  };
  // Also if something else ends the process meanwhile. An error that nothing catches would not end it: Bun waits for the
  // top-level await of the program.
  process.once("exit", restore).once("uncaughtException", answer.reject);
  stdin.setRawMode(true);
  // When the terminal shows nothing any more: what is typed from now on may be secret.
  printError(question);
  stdin.on("data", onData).once("end", onEnd).once("error", onEnd).resume();
  signal.addEventListener("abort", onEnd, { once: true });
  try {
    return await answer.promise;
  } finally {
    signal.removeEventListener("abort", onEnd);
    stdin.off("data", onData).off("end", onEnd).off("error", onEnd).pause();
    restore();
    process.off("exit", restore).off("uncaughtException", answer.reject);
    printError("\n");
  }
}
