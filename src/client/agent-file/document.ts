import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { messageOf } from "../../shared/errors.ts";
import { type Path, type Problem, pathText } from "./problem.ts";

/** How often anchors may be repeated in all: a few of them could stand for gigabytes. */
const MAX_ALIASES = 100;

/** A file that was parsed. */
export interface ParsedFile {
  readonly name: string;
  readonly value: unknown;
  /** A problem of the part at a path; the text continues `spec.instructions …`. */
  problem(path: Path, text: string): Problem;
}

/** Parses YAML or JSON. @param name the file, for messages @returns the file, or what is wrong with it */
export function parseFile(text: string, name: string): ParsedFile | readonly Problem[] {
  const lines = new LineCounter();
  // Pretty errors quote the file, which may contain secrets.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placed = (at: number, problem: string): Problem => {
    const { line, col } = lines.linePos(at);
    return { file: name, line, column: col, text: problem };
  };
  if (document.errors.length > 0)
    return document.errors.map(({ code, pos }) => placed(pos[0], `it is not YAML: ${SYNTAX[code] ?? code}`));
  try {
    return {
      name,
      value: document.toJS({ maxAliasCount: MAX_ALIASES }),
      problem: (path, problem) => {
        const at = offsetOf(document, path);
        const sentence = `${pathText(path)} ${problem}`;
        return at === undefined ? { file: name, text: sentence } : placed(at, sentence);
      },
    };
  } catch (error) {
    return [{ file: name, text: `it cannot be read: ${messageOf(error)}` }];
  }
}

/** Texts of the parser would quote the file. */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_INDENT: "this line is indented wrongly",
  BAD_SCALAR_START: "a value cannot begin like this: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "this line is indented wrongly, or an earlier value with a colon lacks quotes",
  DUPLICATE_KEY: "this key is here twice",
  MISSING_CHAR: "a character is missing here, such as a closing bracket, brace or quote",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line: a colon may be missing",
  MULTIPLE_DOCS: "it has more than one document: keep one",
  TAB_AS_INDENT: "tabs cannot indent: use spaces",
  UNEXPECTED_TOKEN: "this is not expected here: a bracket, comma or quote may be too much",
};

/** Where the part at a path begins: at its key, if it has one. */
function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = document.contents;
  let at = startOf(node);
  for (const part of path) {
    const container = isAlias(node) ? node.resolve(document) : node;
    if (isMap(container)) {
      const pair = container.items.find(({ key }) => isNamed(String(isScalar(key) ? key.value : key), String(part)));
      // What is missing belongs to the object that lacks it.
      if (pair === undefined) return at;
      at = startOf(pair.key) ?? at;
      node = pair.value;
    } else if (isSeq(container)) {
      node = container.items[Number(part)];
      at = startOf(node) ?? at;
    } else return at;
  }
  return at;
}

/** Paths have names in snake_case, and files may have them in camelCase. */
function isNamed(key: string, part: string): boolean {
  return key === part || key === part.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function startOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null | undefined)?.range?.[0];
}
