import type { Command } from "commander";
import { complete } from "./candidates.ts";
import type { Shell } from "./shells.ts";
import { typedLine } from "./typed-line.ts";

/**
 * Answers one request of a completion script. The first line says what can be typed: `files`, `directories`, or `words`,
 * which follow, one a line, with a description after a tab.
 * @param args from bash the line as far as the cursor, and COMP_WORDBREAKS; from the others its words after the program's
 */
export function answerCompletion(root: Command, shell: Shell, args: readonly string[]): string {
  const { words, kept } = shell === "bash" ? afterProgram(args) : { words: args, kept: 0 };
  const completion = complete(root, words);
  if (completion.kind !== "words") return `${completion.kind}\n`;
  const lines = completion.candidates.map(({ word, description }) =>
    shell === "bash" ? word.slice(kept) : `${word}\t${onOneLine(description)}`,
  );
  return ["words", ...lines].map((line) => `${line}\n`).join("");
}

function afterProgram([line = "", breaks = ""]: readonly string[]) {
  const { words, kept } = typedLine(line, breaks);
  return { words: words.slice(1), kept };
}

const onOneLine = (text: string): string => text.replace(/\s+/g, " ");
