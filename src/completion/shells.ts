/** The shells that there are completion scripts for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The hidden command by which the scripts ask the program. */
export const COMPLETE_COMMAND = "__complete";

export function isShell(text: string | undefined): text is Shell {
  return SHELLS.some((shell) => shell === text);
}
