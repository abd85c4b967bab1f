/** Runs the compiled program as users do: a copy in an empty directory, with a separate environment. */
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { program as built } from "../../scripts/lib/built.ts";
import { until } from "./eventually.ts";
import { startServerProcess } from "./server-process/server-process.ts";

export interface RunningProgram {
  readonly pid: number;
  /** Everything it wrote so far. */
  output(): string;
  errors(): string;
  /** Waits until its standard output contains the text. */
  says(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Waits for its end. */
  readonly exited: Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Copies the program into an empty directory. @returns its path */
export async function installProgram(folder: string, from = built): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "agent-runner");
  await copyFile(from, file).catch(() => {
    throw new Error(`${from} is missing: run the tests with scripts/test, which builds it`);
  });
  return file;
}

export function startProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): RunningProgram {
  const base = { PATH: process.env["PATH"] ?? "", HOME: cwd, TMPDIR: "/tmp" };
  const text = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const { pid, exited, kill } = startServerProcess([file, ...args], {
    cwd,
    env: { ...base, ...env },
    onOutput: (stream, chunk) => {
      text[stream] += decoders[stream].decode(chunk, { stream: true });
    },
  });
  return {
    pid,
    exited,
    signal: kill,
    output: () => text.stdout,
    errors: () => text.stderr,
    says: async (words) => {
      let hasEnded = false;
      void exited.then(() => {
        hasEnded = true;
      });
      await until("the text, or the end", () => text.stdout.includes(words) || hasEnded).catch(() => undefined);
      if (!text.stdout.includes(words))
        throw new Error(`the program did not say "${words}" but:\n${text.stdout}${text.stderr}`);
    },
    [Symbol.asyncDispose]: async () => {
      kill("SIGKILL");
      await exited;
    },
  };
}

/** The messages of log lines in the text format, in order. */
export function messagesOf(output: string): string[] {
  return output.split("\n").flatMap((line) => {
    const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z - [\w.-]+ - (?:DEBUG|INFO|WARN|ERROR) - (.*)$/.exec(line);
    return match?.[1] === undefined ? [] : [match[1]];
  });
}
