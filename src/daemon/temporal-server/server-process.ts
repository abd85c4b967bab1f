import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { OwnProcess } from "../../processes/index.ts";
import { homeDirectory, userName } from "../../shared/home-directory.ts";
import { cutMiddle } from "../../shared/text.ts";

/** Time between SIGTERM and SIGKILL: the server closes its database meanwhile. */
export const STOP_LIMIT_MS = 5_000;
/** How many lines of a server's output an error quotes, and how many characters of each. */
const QUOTED_LINES = 3;
const QUOTED_WIDTH = 400;

/** What is in an error about the database before its cause. */
const STATEMENT = /error executing statement "[^"]*": /;

/** Only the owner may read what the server writes. */
const PRIVATE = ["/bin/sh", "-c", 'umask 077; exec "$@"', "sh"] as const;

/** A server that was started here, and ends with this process. */
export class ServerProcess {
  readonly #process: OwnProcess;
  readonly #logFile: string;
  /** Where the output of this server begins in the log file. */
  readonly #logStart: number;

  /**
   * @param logFile gets the server's output appended
   * @param path the PATH to run it with. The server gets nothing else of this process' environment, because agents'
   * commands can read that of the server
   * @throws the system's error if the log file cannot be written
   */
  constructor(executable: string, args: readonly string[], logFile: string, path = "") {
    this.#logFile = logFile;
    const output = openSync(logFile, "a", 0o600);
    try {
      this.#logStart = fstatSync(output).size;
      const [shell, ...script] = PRIVATE;
      this.#process = new OwnProcess(shell, [...script, executable, ...args], {
        // The server asks who its user is; if the system does not know that user, it takes these variables.
        env: { PATH: `${path}:/usr/bin:/bin`, HOME: homeDirectory(), USER: userName(), TMPDIR: tmpdir() },
        stdio: ["ignore", output, output],
        graceMs: STOP_LIMIT_MS,
      });
    } finally {
      closeSync(output);
    }
  }

  /** `undefined` if it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /** Resolves when it has ended, for any reason. */
  get exited(): Promise<void> {
    return this.#process.exited;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /**
   * Why the server has ended, or does not work: the signal that killed it, or else the last errors that it wrote, or its
   * last lines; empty if it wrote nothing.
   */
  explain(): string {
    const { killedBy } = this.#process;
    if (killedBy !== undefined) return `it was killed with ${killedBy}`;
    const lines = readFileSync(this.#logFile)
      .subarray(this.#logStart)
      .toString()
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const errors = lines.filter((line) =>
      /^(Error|panic|fatal)\b|level=(ERROR|FATAL)|address already in use/i.test(line),
    );
    const quoted = errors.length > 0 ? errors : lines;
    return (
      quoted
        .slice(-QUOTED_LINES)
        .map((line) => messageIn(line).replace(STATEMENT, ""))
        // The cause is at the end of a chain of errors.
        .map((line) => cutMiddle(line, QUOTED_WIDTH, () => " … ").text)
        .join("; ")
    );
  }
}

/** The message of a line in the form `time=… level=… msg="…"`; else the line. */
function messageIn(line: string): string {
  const quoted = /\bmsg=("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
  try {
    return quoted === undefined ? line : String(JSON.parse(quoted));
  } catch {
    return line;
  }
}
