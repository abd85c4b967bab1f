/** The compiled program in a pseudo-terminal, which a test can close like a user closes a window. */
import { until } from "./eventually.ts";

const ROWS = 50;

export interface ProgramAtTerminal {
  readonly pid: number;
  /** Everything it wrote to the terminal so far. */
  output(): string;
  says(text: string): Promise<void>;
  /** Sends what a user types, `\r` for Enter. */
  type(text: string): void;
  /** Hangs up: the program gets SIGHUP, and nothing can be written any more. */
  close(): void;
  signal(signal: NodeJS.Signals): void;
  /** As when a user changes the size of the window. */
  resize(columns: number): void;
  /** Its exit code; undefined if a signal ended it. */
  readonly exited: Promise<number | undefined>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function startAtTerminal(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
  columns = 200,
): ProgramAtTerminal {
  let output = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn([...command], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, TMPDIR: "/tmp", ...env },
    terminal: {
      cols: columns,
      rows: ROWS,
      data: (_, bytes) => {
        output += decoder.decode(bytes, { stream: true });
      },
    },
  });
  const exited = child.exited.then(() => child.exitCode ?? undefined);
  return {
    pid: child.pid,
    output: () => output,
    says: async (text) => {
      await until("the text", () => output.includes(text)).catch(() => {
        throw new Error(`the program did not say "${text}" but:\n${output}`);
      });
    },
    type: (text) => void child.terminal?.write(text),
    close: () => child.terminal?.close(),
    signal: (signal) => child.kill(signal),
    resize: (to) => void child.terminal?.resize(to, ROWS),
    exited,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
