import type { Argument, Command, Option } from "commander";
import { type Expected, expectedFor } from "./placeholder-values.ts";

interface Candidate {
  /** The whole word. */
  readonly word: string;
  readonly description: string;
}

export type Completion =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  /** The shell completes names of files, after the part of the word up to `=`, if there is one. */
  | { readonly kind: "files" | "directories" };

/**
 * What can stand where the cursor is.
 * @param root the program's commands, as they are declared
 * @param words what precedes it, without the program's name, and at the end the word at the cursor, which may be empty
 */
export function complete(root: Command, words: readonly string[]): Completion {
  const current = words.at(-1) ?? "";
  const place = placeAfter(root, words.slice(0, -1));
  if (place.pending !== undefined) return expected(valuesOf(place.pending), current);
  const assigned = /^(--[^=]+)=(.*)$/s.exec(current);
  if (place.takesOptions && assigned?.[1] !== undefined) {
    const option = optionOf(place, assigned[1]);
    return option?.required || option?.optional
      ? expected(valuesOf(option), assigned[2] ?? "", `${assigned[1]}=`)
      : { kind: "words", candidates: [] };
  }
  if (place.takesOptions && current.startsWith("-")) return matching(optionsAt(place), current);
  const operands = operandsAt(place);
  if (operands !== undefined) return "kind" in operands ? operands : matching(operands, current);
  return current === "" && place.takesOptions ? matching(optionsAt(place), current) : { kind: "words", candidates: [] };
}

/** A command, and those that it belongs to, the nearest one first. */
interface Commands {
  readonly command: Command;
  readonly outer: readonly Command[];
}

/** Where the cursor is in the syntax. */
interface Place extends Commands {
  /** How many operands of the command precede it. */
  readonly operands: number;
  /** The option whose value comes next. */
  readonly pending: Option | undefined;
  /** Options that were given. */
  readonly used: ReadonlySet<Option>;
  /** False after `--`. */
  readonly takesOptions: boolean;
  /** Whether `help` precedes: names of commands follow, and nothing else. */
  readonly isHelp: boolean;
}

function placeAfter(root: Command, words: readonly string[]): Place {
  const start: Place = {
    command: root,
    outer: [],
    operands: 0,
    pending: undefined,
    used: new Set(),
    takesOptions: true,
    isHelp: false,
  };
  return words.reduce(after, start);
}

function after(place: Place, word: string): Place {
  if (place.pending !== undefined) return { ...place, pending: undefined };
  if (!place.takesOptions || !word.startsWith("-") || word === "-") return afterOperand(place, word);
  if (word === "--") return { ...place, takesOptions: false };
  const option = optionOf(place, word.split("=", 1)[0] ?? "");
  if (option === undefined) return place;
  const pending = option.required && !word.includes("=") ? option : undefined;
  return { ...place, pending, used: new Set([...place.used, option]) };
}

function afterOperand(place: Place, word: string): Place {
  const { command, outer, operands } = place;
  const next = operands === 0 ? commandOf(command, word) : undefined;
  if (next !== undefined) return { ...place, command: next, outer: [command, ...outer] };
  if (operands === 0 && isHelpCommand(command, word)) return { ...place, isHelp: true, takesOptions: false };
  return { ...place, operands: operands + 1 };
}

function commandOf(command: Command, word: string): Command | undefined {
  return command.commands.find((each) => each.name() === word || each.aliases().includes(word));
}

/** Commander adds `help` to commands that have others. */
function isHelpCommand(command: Command, word: string): boolean {
  return word === "help" && visibleCommands(command).some((each) => each.name() === "help");
}

const visibleCommands = (command: Command): readonly Command[] => command.createHelp().visibleCommands(command);

/** An option of the command, or of those that it belongs to: commander takes these at any place. */
function optionOf({ command, outer }: Commands, flag: string): Option | undefined {
  return [command, ...outer]
    .flatMap((each) => each.options)
    .find((option) => option.long === flag || option.short === flag);
}

/** The options that can be given, the command's own ones first. */
function optionsAt({ command, outer, used }: Place): readonly Candidate[] {
  const options = [
    ...command.createHelp().visibleOptions(command),
    // Of the others, those that have a value: `--version` after a command is no version of it.
    ...outer.flatMap((each) => each.options.filter((option) => option.required && !option.hidden)),
  ];
  return options
    .filter((option) => !used.has(option) || isRepeatable(option))
    .map((option) => ({ word: option.long ?? option.short ?? option.flags, description: option.description }));
}

/** Values of options that can be repeated are collected, in a list or a record. */
function isRepeatable({ variadic, defaultValue }: Option): boolean {
  return variadic || (typeof defaultValue === "object" && defaultValue !== null);
}

/** Commands or the values of an argument; undefined if the command takes no operand here. */
function operandsAt({ command, operands, isHelp }: Place): readonly Candidate[] | Completion | undefined {
  const subcommands = operands > 0 ? [] : visibleCommands(command);
  if (subcommands.length > 0)
    return subcommands
      .filter((each) => !isHelp || each.name() !== "help")
      .map((each) => ({ word: each.name(), description: each.description() }));
  if (isHelp) return [];
  const argument = command.registeredArguments[operands] ?? command.registeredArguments.findLast((one) => one.variadic);
  return argument === undefined ? undefined : asCandidates(valuesOf(argument), "");
}

function valuesOf(declared: Option | Argument): Expected {
  if (declared.argChoices !== undefined) return declared.argChoices;
  return expectedFor("flags" in declared ? /[<[][^>\]]+[>\]]$/.exec(declared.flags)?.[0] : declared.name());
}

function expected(values: Expected, typed: string, prefix = ""): Completion {
  const found = asCandidates(values, prefix);
  return "kind" in found ? found : matching(found, `${prefix}${typed}`);
}

function asCandidates(values: Expected, prefix: string): readonly Candidate[] | Completion {
  if (typeof values === "string") return { kind: values };
  return values.map((value) => ({ word: `${prefix}${value}`, description: "" }));
}

function matching(candidates: readonly Candidate[], start: string): Completion {
  return { kind: "words", candidates: candidates.filter(({ word }) => word.startsWith(start)) };
}
