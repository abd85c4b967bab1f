import { checkProgramTexts, type ProgramRequest, type SandboxProgram } from "../program.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { RemoteCommand } from "./command-scripts.ts";
import { BASE_ENVIRONMENT, commandText } from "./command-text.ts";
import { environmentText, programText, startProgramScript } from "./program-scripts.ts";
import { WATCH_S } from "./program-supervisor.ts";
import type { Records } from "./records.ts";
import { RemoteProgram } from "./remote-program.ts";
import type { RemoteShell } from "./remote-shell.ts";
import type { Answer } from "./shell.ts";
import { interrupted } from "./stop-outcome.ts";

/** How long one request waits for a start, and how long all of them do. */
const START_WAIT_MS = 10_000;
const START_LIMIT_MS = 60_000;
/** A program ends by itself if no request arrives for this long: its runner is gone. */
const IDLE_LIMIT_S = 300;

export interface RemoteProgramsOptions {
  readonly sandboxId: string;
  readonly root: string;
  /** Variables that commands and programs see, besides the host's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly records: Records;
}

/** Starts programs in a remote sandbox that the runner talks to. */
export class RemotePrograms {
  readonly #shell: RemoteShell;
  readonly #options: RemoteProgramsOptions;
  readonly #started = new Set<RemoteProgram>();

  constructor(shell: RemoteShell, options: RemoteProgramsOptions) {
    this.#shell = shell;
    this.#options = options;
  }

  /** @param signal aborting stops the program @throws SandboxError; the signal's reason */
  async start(request: ProgramRequest, signal: AbortSignal): Promise<SandboxProgram> {
    signal.throwIfAborted();
    checkProgramTexts(request);
    const dir = this.#options.records.next();
    const program = new RemoteProgram(this.#shell, dir, request);
    this.#started.add(program);
    try {
      const answer = await this.#launch(request, dir, signal);
      if (answer.code === "started") {
        program.follow(signal);
        return program;
      }
      throw this.#notStarted(answer, request);
    } catch (error) {
      await program.stop();
      signal.throwIfAborted();
      throw interrupted(error, "It is not running.");
    }
  }

  /** Never throws. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#started].map((program) => program.stop()));
  }

  async #launch(request: ProgramRequest, dir: string, signal: AbortSignal): Promise<Answer> {
    const common = { ...BASE_ENVIRONMENT, ...this.#options.environment };
    const environment = environmentText(common, request.env);
    const program: RemoteCommand = {
      dir,
      root: this.#options.root,
      timeoutMs: (1000 * IDLE_LIMIT_S) / WATCH_S,
      command: await commandText(this.#shell, programText(request), `${dir}/command`, signal),
      environment: await commandText(this.#shell, environment, `${dir}/environment`, signal),
    };
    const script = startProgramScript(program, START_WAIT_MS);
    const end = Date.now() + START_LIMIT_MS;
    for (;;) {
      const answer = await this.#shell.run(script, {}, { waitMs: START_WAIT_MS, signal });
      if (answer.code !== "starting" || Date.now() > end) return answer;
    }
  }

  #notStarted({ code, body }: Answer, { command, workingDirectory }: ProgramRequest): SandboxError {
    const { root, sandboxId } = this.#options;
    const failed = (why: string) => new SandboxError("unavailable", `'${command}' cannot be started: ${why}`);
    const badDirectory = (problem: "not-found" | "not-a-directory", why: string) =>
      new SandboxError(problem, `'${command}' cannot be started: its working directory '${workingDirectory}' ${why}.`);
    switch (code === "refused" ? body.trim() : code) {
      case "no-program":
        return new SandboxError(
          "not-found",
          `There is no program '${command}' in the sandbox ${sandboxId}.`,
          undefined,
          ["Install it in the sandbox's image or snapshot, or give its path."],
        );
      case "no-directory":
        return badDirectory("not-found", "does not exist");
      case "not-a-directory":
        return badDirectory("not-a-directory", "is not a directory, or cannot be entered");
      case "full":
        return failed("the sandbox's disk is full.");
      case "denied":
        return failed("the sandbox's user cannot write to its temporary directory.");
      case "gone":
        return failed(`the workspace ${root} was deleted, and cannot be created again.`);
      case "lost":
        return failed("its supervisor was killed, by a command or by the kernel (out of memory?).");
      default:
        return failed("the sandbox did not start it in time.");
    }
  }
}
