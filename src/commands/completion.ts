import { EXIT, type ExitCode } from "../cli/index.ts";
import { completionScript, type Shell } from "../completion/index.ts";

/** `agent-runner completion SHELL`: the script that makes a shell complete this program's command lines. */
export function completion(shell: Shell, write: (text: string) => void): ExitCode {
  write(completionScript(shell));
  return EXIT.ok;
}
