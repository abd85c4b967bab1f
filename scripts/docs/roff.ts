/** Text for the man macros of roff. */

const MAX_LINE = 78;

/** Text with `code` in bold, in short lines. Nothing in it is taken for a macro or an escape. */
export function roffText(text: string): string {
  const formatted = text
    .replace(/\s+/g, " ")
    .trim()
    .split("`")
    .map((part, index) => (index % 2 === 1 && part !== "" ? bold(part) : escaped(part)))
    .join("");
  const lines: string[] = [];
  for (const word of formatted.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < MAX_LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(/^[.']/.test(word) ? `\\&${word}` : word);
  }
  return lines.join("\n");
}

export const bold = (text: string): string => `\\fB${escaped(text)}\\fR`;

/** Names of arguments are shown as such: `--agent <file>`. */
export function flags(text: string): string {
  return text
    .split(/(<[^>]+>|\[[^\]]+\])/)
    .map((part, index) => (index % 2 === 1 ? `\\fI${escaped(part.slice(1, -1))}\\fR` : part === "" ? "" : bold(part)))
    .join("");
}

/** A list item: what it is about, and its text. */
export function item(title: string, text: string): string {
  return `.TP\n${title}\n${text === "" ? "\\&" : text}`;
}

/** Lines as they are typed. */
export function typed(lines: readonly string[]): string {
  const safe = lines.map((line) => {
    const text = escaped(line);
    return /^[.']/.test(text) ? `\\&${text}` : text;
  });
  return `.nf\n.RS 4\n${safe.join("\n")}\n.RE\n.fi`;
}

/** Hyphens are those of options, which can be copied. Other characters than ASCII are named by their number. */
function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replace(
      /[^\x20-\x7e]/gu,
      (character) => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}
