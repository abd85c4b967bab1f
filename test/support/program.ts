/** The compiled program, run as its users run it: a copy in an empty folder, with an environment of its own. */
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { program as built } from "../../scripts/lib/built.ts";
import { until } from "./eventually.ts";

export interface RunningProgram {
  readonly pid: number;
  /** Everything it wrote so far. */
  output(): string;
  errors(): string;
  /** Waits until its output contains the text. */
  says(text: string, limitMs?: number): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Waits for its end. */
  readonly exited: Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Copies the program into a folder that has nothing else in it. @returns its path */
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
  const child = Bun.spawn([file, ...args], {
    cwd,
    env: { ...base, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const output = collect(child.stdout);
  const errors = collect(child.stderr);
  const exited = Promise.all([child.exited, output.done, errors.done]).then(([code]) => code);
  return {
    pid: child.pid,
    output: output.text,
    errors: errors.text,
    says: async (text, limitMs = 60_000) => {
      await until(`"${text}" in:\n${output.text()}${errors.text()}`, () => output.text().includes(text), limitMs).catch(
        () => {
          throw new Error(`the program did not say "${text}" but:\n${output.text()}${errors.text()}`);
        },
      );
    },
    signal: (signal) => child.kill(signal),
    exited,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function collect(stream: ReadableStream<Uint8Array>): { text: () => string; done: Promise<void> } {
  let text = "";
  const done = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  })();
  return { text: () => text, done };
}

/** The messages of log lines in the text format, in order. */
export function messagesOf(output: string): string[] {
  return output.split("\n").flatMap((line) => {
    const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z - [\w.-]+ - (?:DEBUG|INFO|WARN|ERROR) - (.*)$/.exec(line);
    return match?.[1] === undefined ? [] : [match[1]];
  });
}
