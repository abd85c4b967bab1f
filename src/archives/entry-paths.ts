import { ArchiveError } from "./archive-error.ts";

interface Node {
  /** The entry that came first here. */
  readonly entry: string;
  /** Absent for a file. */
  readonly children?: Map<string, Node>;
}

/** The tree that an archive unpacks to. No two entries may share a path, not even on a case-insensitive file system. */
export class EntryPaths {
  readonly #root = new Map<string, Node>();

  /** @throws ArchiveError `unsafe-entry` */
  add(entry: string, isDirectory: boolean): void {
    const segments = entry.split("/");
    let directory = this.#root;
    for (const [depth, segment] of segments.entries()) {
      const hasChildren = isDirectory || depth < segments.length - 1;
      // macOS and Windows do not tell these apart.
      const key = segment.normalize("NFC").toLowerCase();
      const found = directory.get(key);
      const node = found ?? (hasChildren ? { entry, children: new Map<string, Node>() } : { entry });
      if (found === undefined) directory.set(key, node);
      else if (!hasChildren || found.children === undefined) throw collision(entry, found, hasChildren);
      if (node.children !== undefined) directory = node.children;
    }
  }
}

function collision(entry: string, found: Node, isDirectory: boolean): ArchiveError {
  const other = JSON.stringify(found.entry);
  const problem = () => {
    if (isDirectory && found.children === undefined) return `needs a directory at ${other}, which is a file`;
    if (!isDirectory && found.children !== undefined) return `is a file, but ${other} needs a directory at its path`;
    return found.entry === entry ? "is in the archive twice" : `differs only in case or accents from ${other}`;
  };
  return new ArchiveError("unsafe-entry", problem(), { entry });
}
