import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { registerOwnSession } from "../../processes/index.ts";
import { homeDirectory, userName } from "../../shared/home-directory.ts";
import { cutMiddle } from "../../shared/text.ts";
import { waitAtMost } from "../../shared/time.ts";

/** How long a server may take to end before it is killed. */
export const STOP_LIMIT_MS = 5_000;
/** Lines and characters of what a server said that are told. */
const TOLD_LINES = 3;
const TOLD_WIDTH = 400;

/**
 * Runs the server, ends with it, and ends it at the end of its own standard input, which comes also when this process is
 * killed: neither outlives the other. In a session of its own, so that Ctrl-C at a terminal reaches this process alone,
 * which needs the server until it has stopped itself. What the server writes is for its owner only. It ends after the
 * server: who waits for the end of this script finds the database free.
 */
const KEEPER = `umask 077
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ cat <&3 >/dev/null; kill $server; sleep ${STOP_LIMIT_MS / 1000}; kill -KILL $server; } 2>/dev/null &
exec 3<&-
wait $server
kill -KILL 0`;

/** A server that was started here. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #logFile: string;
  /** Where in the log file this server begins. */
  readonly #logStart: number;
  #isRunning = true;
  /** Resolves when it has ended, for whatever reason. */
  readonly exited: Promise<void>;

  /**
   * @param logFile what it says is added to it
   * @param path the PATH to run it with. It gets nothing else of this process' environment: agents' commands can read
   *   that of the server
   * @throws the system's error where the log file cannot be written
   */
  constructor(executable: string, args: readonly string[], logFile: string, path = "") {
    this.#logFile = logFile;
    const output = openSync(logFile, "a", 0o600);
    try {
      this.#logStart = fstatSync(output).size;
      this.#child = spawn("/bin/sh", ["-c", KEEPER, "sh", executable, ...args], {
        detached: true,
        // The keeper needs programs of its own, wherever the server was found; the server asks who its user is, and for
        // one that the system does not know it goes by these variables.
        env: { PATH: `${path}:/usr/bin:/bin`, HOME: homeDirectory(), USER: userName(), TMPDIR: tmpdir() },
        stdio: ["pipe", output, output],
      });
    } finally {
      closeSync(output);
    }
    registerOwnSession(this.#child.pid);
    // The keeper may go while its input is still open.
    this.#child.stdin?.on("error", () => undefined);
    const ended = () => {
      this.#isRunning = false;
    };
    // Also where it could not be started at all.
    this.exited = once(this.#child, "exit").then(ended, ended);
  }

  /** Of the script that keeps the server; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await waitAtMost(this.exited, STOP_LIMIT_MS);
    if (!this.isRunning || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // It has just ended by itself.
    }
    await this.exited;
  }

  /** What the server said last of what went wrong, or else last of all; empty where it said nothing. */
  complaint(): string {
    const lines = readFileSync(this.#logFile)
      .subarray(this.#logStart)
      .toString()
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const bad = lines.filter((line) => /^(Error|panic|fatal)\b|level=(ERROR|FATAL)|address already in use/i.test(line));
    const told = bad.length > 0 ? bad : lines;
    return (
      told
        .slice(-TOLD_LINES)
        .map(messageIn)
        // The cause stands at the end of such chains.
        .map((line) => cutMiddle(line, TOLD_WIDTH, () => " … ").text)
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
