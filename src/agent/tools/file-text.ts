import { normalizeReadPagination, type ReadResult } from "deepagents";
import { SandboxError } from "../../sandbox/index.ts";
import { humanSize } from "../../shared/human-size.ts";

/** A NUL among the first bytes of a file means that it is binary. */
const SNIFFED_BYTES = 8_192;
const EMPTY_FILE = "System reminder: File exists but has empty contents";

/** Whether a file is text, as far as its beginning says. */
export function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, SNIFFED_BYTES).includes(0);
}

/** Decodes text that can be written back without changing other bytes. */
export function decodeExactly(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SandboxError(
      "not-a-file",
      `'${path}' is not UTF-8 text: editing would damage it. Change it with execute (sed, perl, python3).`,
    );
  }
}

/** What `read_file` returns of a file that is not text. @throws SandboxError if no model can look at it */
export function binary(path: string, content: Uint8Array): ReadResult {
  const mimeType = Bun.file(path).type;
  if (/^(image|audio|video)\/|^application\/pdf$/.test(mimeType)) return { content, mimeType };
  throw new SandboxError(
    "not-a-file",
    `'${path}' is a binary file of ${humanSize(content.length)}. Look at it with execute (file, xxd, strings).`,
  );
}

/** Some lines of a text, with the offset of the next ones. @throws SandboxError if there are no such lines */
export function page(text: string, path: string, from: number, count: number): ReadResult {
  const mimeType = "text/plain";
  if (text.trim() === "") return { content: EMPTY_FILE, mimeType };
  const { offset, limit } = normalizeReadPagination(from, count);
  const lines = text.split("\n");
  const totalLines = lines.at(-1) === "" ? lines.length - 1 : lines.length;
  if (offset >= totalLines) {
    throw new SandboxError(
      "invalid",
      `Line offset ${offset} is beyond the end of '${path}', which has ${totalLines} lines.`,
    );
  }
  const endLine = Math.min(offset + limit, totalLines);
  const window = {
    content: lines.slice(offset, endLine).join("\n"),
    mimeType,
    totalLines,
    startLine: offset + 1,
    endLine,
  };
  return endLine < totalLines ? { ...window, nextOffset: endLine } : window;
}

/** The text with a string replaced, once or everywhere. @throws SandboxError if the string is not there, or not only once */
export function replace(path: string, text: string, oldString: string, newString: string, all: boolean) {
  if (oldString === "") {
    if (text !== "")
      throw new SandboxError("invalid", "old_string is empty: name the text to replace, or write the whole file.");
    return { text: newString, occurrences: 1 };
  }
  const occurrences = text.split(oldString).length - 1;
  if (occurrences === 0)
    throw new SandboxError(
      "invalid",
      `String not found in '${path}': read the file and give old_string exactly as it is there.`,
    );
  if (occurrences > 1 && !all) {
    throw new SandboxError(
      "invalid",
      `old_string occurs ${occurrences} times in '${path}': give more context, or set replace_all.`,
    );
  }
  return { text: text.replaceAll(oldString, () => newString), occurrences };
}
