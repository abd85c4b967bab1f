/** Programs whose first argument says what they do. */
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
/** Names under which tools take what they act on, in the order of how much they tell. */
const TELLING_ARGUMENTS = ["file_path", "path", "pattern", "query", "url", "subagent_type", "name"];
const LONGEST_DETAIL = 80;

type Arguments = Readonly<Record<string, unknown>>;

/** What readers see of a tool call, in a few words: `git status`, `python app.py`, `execute: ls`, `read_file: notes.md`. */
export function callLabel(tool: string, args: Arguments): string {
  const command = args["command"];
  if ((tool === "execute" || tool === "shell") && typeof command === "string") return commandLabel(command);
  for (const name of TELLING_ARGUMENTS) {
    const value = args[name];
    if (typeof value === "string" && value !== "") return `${tool}: ${short(value)}`;
  }
  return tool;
}

function commandLabel(command: string): string {
  const words = command.trim().split(/\s+/);
  while (/^[A-Za-z_]\w*=/.test(words[0] ?? "")) words.shift();
  const program = (words[0] ?? "").split("/").at(-1) ?? "";
  const argument = words.slice(1).find((word) => !word.startsWith("-"));
  if (WITH_SUBCOMMAND.has(program) && argument !== undefined) return short(`${program} ${argument}`);
  // `python -c …` and `python -m …` run no script of that name.
  const runsScript =
    INTERPRETER.test(program) && !words.slice(1).some((word) => word === "-c" || word === "-e" || word === "-m");
  if (runsScript && argument !== undefined) return short(`${program} ${argument}`);
  return program === "" ? "execute" : short(`execute: ${program}`);
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
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
