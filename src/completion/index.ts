/**
 * @module Shell completions, from the declarations of the commands. The scripts for bash, zsh and fish ask the program at
 * each Tab what can be typed, so they need no update with it. Used by `completion` and by `program.ts`. It loads nothing
 * but the declarations, reads no settings and asks no server.
 */

export { answerCompletion } from "./answer.ts";
export { completionScript } from "./scripts/index.ts";
export { SHELLS, type Shell } from "./shells.ts";
export { typedLine } from "./typed-line.ts";
