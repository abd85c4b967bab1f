import { mkdir, symlink, writeFile } from "node:fs/promises";
import { startScript } from "../../src/sandbox/remote/command-scripts.ts";
import { assignments, exports } from "../../src/sandbox/remote/shell.ts";
import { STOP, STOP_ALL } from "../../src/sandbox/remote/stop-script.ts";
import { runShell } from "./run-shell.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/** Different systems have different shells at /bin/sh. */
export const SHELLS = ["dash", "bash"].filter((name) => Bun.which(name) !== null);

/** A command that records that it ran. */
const RECORD = "echo ran >>runs; sleep 0.3; echo $KEY";

export interface StartOptions {
  readonly command?: string;
  /** Shell functions that replace programs of the script. */
  readonly before?: string;
  readonly waitMs?: number;
  readonly root?: string;
}

/** The scripts that start and stop commands, run with one shell in a directory of their own. */
export class RemoteScripts {
  readonly #folder: TemporaryFolder;

  private constructor(folder: TemporaryFolder) {
    this.#folder = folder;
  }

  static async create(shell: string): Promise<RemoteScripts> {
    const scripts = new RemoteScripts(await temporaryFolder());
    await mkdir(scripts.programs);
    await symlink(Bun.which(shell) ?? "", `${scripts.programs}/sh`);
    return scripts;
  }

  /** Where commands start. */
  get path(): string {
    return this.#folder.path;
  }

  /** Programs in it are preferred. */
  get programs(): string {
    return `${this.path}/bin`;
  }

  /** Contains the directories of all commands. */
  get commands(): string {
    return `${this.path}/records/commands`;
  }

  /** The directory of the command. */
  get dir(): string {
    return `${this.commands}/1`;
  }

  /** What starts the command and waits for it. */
  startText({ command = RECORD, before = "", waitMs = 10_000, root = this.path }: StartOptions = {}): string {
    const texts = {
      command: { text: `${command}\n`, isUploaded: false },
      environment: { text: exports({ KEY: "value" }), isUploaded: false },
    };
    return `${before}\n${startScript({ dir: this.dir, root, timeoutMs: 60_000, ...texts }, waitMs)}`;
  }

  /** What stops the command. */
  get stopText(): string {
    return assignments({ dir: this.dir }) + STOP;
  }

  /** Starts the command. @returns what the script prints */
  async start(options: StartOptions = {}): Promise<string> {
    return await this.run(this.startText(options));
  }

  /** Stops the command. @param user who runs the script @returns what it prints */
  async stop(user?: number): Promise<string> {
    return await this.run(this.stopText, user);
  }

  /** Stops all commands. @returns what the script prints */
  async stopAll(): Promise<string> {
    return await this.run(assignments({ directory: this.commands }) + STOP_ALL);
  }

  async run(script: string, user?: number): Promise<string> {
    const env = { PATH: `${this.programs}:${process.env["PATH"]}` };
    const shell = `${this.programs}/sh`;
    const outcome = await runShell(script, { cwd: "/", env, user, shell, timeoutMs: 60_000 });
    return outcome?.output ?? "";
  }

  /** Puts a program before the system's. */
  async replaceProgram(name: string, script: string): Promise<void> {
    await writeFile(`${this.programs}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** The content of a file below the directory, or an empty text. */
  async read(name: string): Promise<string> {
    const file = Bun.file(`${this.path}/${name}`);
    return (await file.exists()) ? await file.text() : "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll();
    await this.#folder[Symbol.asyncDispose]();
  }
}
