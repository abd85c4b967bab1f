import { visible } from "../../shared/printable.ts";
import { plural } from "../../shared/text.ts";
import { ClientError } from "../client-error.ts";

/** Where something is in a file: keys and positions in lists, from the outside in. */
export type Path = readonly (string | number)[];

/** Something that is wrong in a file. It contains no values of the file: they may be secrets. */
export interface Problem {
  /** The file, as the user named it or as another file names it. */
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** A sentence without its period, such as `spec.instruction is unknown: did you mean instructions?` */
  readonly text: string;
}

/** Maximum number of problems that are shown. */
const MAX_SHOWN = 50;

/** `agent.yaml:3:5: spec.instruction is unknown: did you mean instructions?` */
function problemLine({ file, line, column, text }: Problem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  return `${place}: ${text}`;
}

/** The lines of problems, in the order of the files. */
export function problemLines(problems: readonly Problem[]): string[] {
  const inOrder = problems.toSorted(
    (a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  const lines = [...new Set(inOrder.map(problemLine))];
  if (lines.length <= MAX_SHOWN) return lines;
  return [...lines.slice(0, MAX_SHOWN), `… and ${lines.length - MAX_SHOWN} more problems`];
}

/** An agent file cannot be used. The message lists all of its problems. */
export class AgentFileError extends ClientError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const count = plural(problems.length, "problem");
    super([`The agent file ${file} is not an Agent that can be used: ${count}`, ...problemLines(problems)].join("\n"));
    this.problems = problems;
  }
}

/** `spec.mcp_servers[0].stdio`; keys come from outside. */
export function pathText(path: Path): string {
  if (path.length === 0) return "the file";
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const key = /^[\w$-]{1,100}$/.test(part) ? part : JSON.stringify(visible(part.slice(0, 100)));
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}
