import { humanSize } from "../shared/human-size.ts";
import { ArchiveError } from "./archive-error.ts";

/** What is accepted of a zip. */
export interface ZipLimits {
  /** Size of the zip itself. */
  readonly packedBytes: number;
  /** Sum of the declared sizes of its entries. */
  readonly unpackedBytes: number;
  /** How many times larger than the zip its entries may be together. */
  readonly ratio: number;
  /** Files and directories. */
  readonly entries: number;
}

export function checkPackedSize(packedBytes: number, limits: ZipLimits): void {
  if (packedBytes > limits.packedBytes)
    throw new ArchiveError(
      "limit",
      `the zip has ${humanSize(packedBytes)}; at most ${humanSize(limits.packedBytes)} are allowed`,
    );
}

/** Adds up the entries of a zip as its directory declares them. */
export class ZipSum {
  readonly #limits: ZipLimits;
  readonly #packedBytes: number;
  #entries = 0;
  #bytes = 0;

  constructor(packedBytes: number, limits: ZipLimits) {
    this.#packedBytes = packedBytes;
    this.#limits = limits;
  }

  /** @throws ArchiveError `limit` */
  add(size: number): void {
    const { entries, unpackedBytes, ratio } = this.#limits;
    this.#entries++;
    this.#bytes += size;
    if (this.#entries > entries) throw new ArchiveError("limit", `the zip has more than ${entries} files`);
    if (this.#bytes > unpackedBytes)
      throw new ArchiveError("limit", `the zip unpacks to more than ${humanSize(unpackedBytes)}`);
    if (this.#bytes > this.#packedBytes * ratio)
      throw new ArchiveError("limit", `the zip unpacks to more than ${ratio} times its size`);
  }
}
