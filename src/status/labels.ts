import { visible } from "../shared/printable.ts";
import { TASK_TOOL } from "../shared/sub-agents.ts";
import { NAME_IN_SHELLS } from "../shared/variable-name.ts";
import { cutToWidth } from "../shared/width.ts";

/** Programs whose first argument is a subcommand. */
const WITH_SUBCOMMAND = new Set([
  "kubectl",
  "docker",
  "npm",
  "yarn",
  "pnpm",
  "bun",
  "git",
  "make",
  "cargo",
  "go",
  "terraform",
  "helm",
]);
/** Programs that run a script. */
const INTERPRETER = /^(python[\d.]*|node|deno)$/;
/** Shell operators, which end a simple command. */
const OPERATOR = /[\n;|&<>()]/;
/** The value of a variable, as a shell reads it. */
const VALUE = /(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\;|&<>()])*/;
/** Variable assignments before a command. */
const ASSIGNMENTS = new RegExp(`^(?:${NAME_IN_SHELLS}=${VALUE.source}(?:\\s+|$))+`);
/** Arguments that tell what a tool acts on, the most informative first. */
const TELLING_ARGUMENTS = ["file_path", "path", "pattern", "query", "url", "name"];
/** Maximum width in terminal columns of a call's label, and of the command in the second line. */
const LABEL_WIDTH = 80;
const COMMAND_WIDTH = 160;
/** Characters of a command that are evaluated; the rest is never shown. */
const COMMAND_HEAD = 4_000;
/** Precedes a command that is shown on its own line. */
const PROMPT = "$ ";

type Arguments = Readonly<Record<string, unknown>>;

/** A tool call in a few words: `git status`, `python app.py`, `execute: ls`, `read_file: notes.md`. */
export function callLabel(tool: string, args: Arguments): string {
  const command = commandOf(tool, args);
  if (command !== undefined) return commandLabel(command);
  if (tool === TASK_TOOL) return taskLabel(args);
  for (const name of TELLING_ARGUMENTS) {
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    if (typeof value === "string" && value !== "") return `${short(tool)}: ${short(value)}`;
  }
  return short(tool);
}

/** `task: reviewer — Check the diff for …` */
function taskLabel(args: Arguments): string {
  const text = (name: string) => (Object.hasOwn(args, name) && typeof args[name] === "string" ? args[name].trim() : "");
  const [name, what] = [text("subagent_type"), text("description")];
  const head = name === "" ? TASK_TOOL : `${TASK_TOOL}: ${short(name)}`;
  return what === "" ? head : short(`${head} — ${what}`);
}

/**
 * The text of a call's message: its label, and if a command says more than its label, a second line with the command as
 * on a terminal: `$ cd app && make test`.
 */
export function callText(tool: string, args: Arguments): string {
  const label = callLabel(tool, args);
  const command = commandOf(tool, args);
  if (command === undefined) return label;
  const line = cutToWidth(oneLine(command.slice(0, COMMAND_HEAD)), COMMAND_WIDTH);
  return line === "" || label === line || label === `execute: ${line}` ? label : `${label}\n${PROMPT}${line}`;
}

function commandOf(tool: string, args: Arguments): string | undefined {
  if (tool !== "execute" && tool !== "shell") return undefined;
  const command = Object.hasOwn(args, "command") ? args["command"] : undefined;
  return typeof command === "string" ? command : undefined;
}

function commandLabel(command: string): string {
  const words = firstCommand(command);
  const program = words.shift()?.split("/").at(-1) ?? "";
  const argument = words.find((word) => !word.startsWith("-"));
  if (WITH_SUBCOMMAND.has(program) && argument !== undefined) return short(`${program} ${argument}`);
  // `python -c …` and `python -m …` run no script of that name.
  const runsScript =
    INTERPRETER.test(program) && !words.some((word) => word === "-c" || word === "-e" || word === "-m");
  if (runsScript && argument !== undefined) return short(`${program} ${argument}`);
  return program === "" ? "execute" : short(`execute: ${program}`);
}

/** The words of a command up to the first shell operator, without leading comments and variable assignments. */
function firstCommand(command: string): string[] {
  const head = command
    .slice(0, COMMAND_HEAD)
    .replace(/\\\n/g, " ")
    .replace(/^\s*(?:#.*\n\s*)*/, "");
  const parts = head.replace(ASSIGNMENTS, "").split(OPERATOR);
  return (parts.find((part) => part.trim() !== "") ?? "").trim().split(/\s+/);
}

function short(text: string): string {
  return cutToWidth(oneLine(text.slice(0, COMMAND_HEAD)), LABEL_WIDTH);
}

/** Text on one line; invisible characters and those that move the cursor are made visible. */
function oneLine(text: string): string {
  return visible(text.trim()).replace(/\s+/g, " ").trim();
}

const COMPONENTS: ReadonlyMap<string, string> = new Map([
  ["execute", "terminal"],
  ["shell", "terminal"],
  ["read_file", "preview"],
  ["write_file", "editor"],
  ["edit_file", "editor"],
  ["grep", "search"],
  ["glob", "search"],
  ["ls", "filesystem"],
  ["task", "subagent"],
  ["write_todos", "todo"],
]);

/** The widget that shows a call of a tool. */
export function componentType(tool: string): string {
  const known = COMPONENTS.get(tool);
  if (known !== undefined) return known;
  const name = tool.toLowerCase();
  if (name.includes("kubectl") || name.includes("k8s")) return "kubernetes";
  if (name.includes("browser")) return "browser";
  if (/web[_-]?search/.test(name)) return "web-search";
  if (name.includes("git")) return "git";
  return "tool";
}

/** The group of all calls of the main agent. */
export const MAIN_AGENT_GROUP = "main-agent-tools";
