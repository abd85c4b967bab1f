import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { messageOf } from "../shared/errors.ts";
import { ArchiveError } from "./archive-error.ts";

/** A file or a directory in a zip. */
export interface ZipEntry {
  /** A relative path with `/`. */
  readonly name: string;
  readonly isDirectory: boolean;
  /** Bytes when unpacked, as the zip declares them. */
  readonly size: number;
}

/** A zip whose directory was read and is within its limits. */
export class ZipArchive {
  readonly entries: readonly ZipEntry[];
  readonly #file: ZipFile;
  readonly #sources: ReadonlyMap<ZipEntry, Entry>;

  constructor(file: ZipFile, sources: ReadonlyMap<ZipEntry, Entry>) {
    this.#file = file;
    this.#sources = sources;
    this.entries = [...sources.keys()];
  }

  /**
   * Unpacks one of the archive's {@link entries}. It takes no more memory than the entry declares.
   * @throws ArchiveError `damaged-entry` if the content is not what was declared
   */
  async read(entry: ZipEntry): Promise<Uint8Array> {
    const source = this.#sources.get(entry);
    if (source === undefined) throw new Error("the entry is of another archive");
    const damaged = (problem: string, cause?: unknown) =>
      new ArchiveError("damaged-entry", problem, { entry: entry.name, cause });
    const content = new Uint8Array(entry.size);
    let length = 0;
    try {
      // The stream fails if the content is longer or shorter than declared.
      for await (const chunk of await this.#file.openReadStreamPromise(source)) {
        content.set(chunk as Uint8Array, length);
        length += (chunk as Uint8Array).length;
      }
    } catch (error) {
      throw damaged(`cannot be unpacked: ${messageOf(error)}`, error);
    }
    if (length !== entry.size || crc32(content) !== source.crc32) throw damaged("is damaged: its checksum is wrong");
    return content;
  }
}
