import type { ScriptOptions, ScriptOutcome } from "../../src/sandbox/remote/index.ts";
import { LocalHost } from "./local-host.ts";
import { runShell } from "./run-shell.ts";

/** A host with a certain shell, whose requests can be interfered with. */
export class FaultyHost extends LocalHost {
  shell = "/bin/sh";
  /** A directory whose programs are preferred. */
  programs = "";
  /** Runs before each script. */
  before: (script: string) => Promise<void> = async () => undefined;
  readonly scripts: string[] = [];

  override async run(script: string, options: ScriptOptions): Promise<ScriptOutcome> {
    this.scripts.push(script);
    await this.before(script);
    return await this.runOnce(script, options);
  }

  async runOnce(script: string, { signal, timeoutMs }: ScriptOptions): Promise<ScriptOutcome> {
    const env = { PATH: `${this.programs}:${process.env["PATH"]}`, LANG: "C.UTF-8" };
    const outcome = await runShell(script, { cwd: "/", env, shell: this.shell, signal, timeoutMs });
    return outcome ?? { output: "", exitCode: -1 };
  }
}
