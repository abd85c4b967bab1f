import type { Shell } from "../shells.ts";
import { BASH } from "./bash.ts";
import { FISH } from "./fish.ts";
import { ZSH } from "./zsh.ts";

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** The script that a shell loads, to complete this program's command lines. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
