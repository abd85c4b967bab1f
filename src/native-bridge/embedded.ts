/** The compressed bridge in the compiled program. */
export interface EmbeddedBridge {
  /** The path of the embedded file, compressed with zstd. */
  readonly file: string;
  /** SHA-256 of the unpacked bridge, in hexadecimal. */
  readonly sha256: string;
  /** Bytes of the unpacked bridge. */
  readonly size: number;
  /** The path of worker.ts, as a worker thread is started with it. */
  readonly worker: string;
}

/** Set by the build (scripts/build-parts/bridge-plugin.ts), which replaces this module. */
export const embedded: EmbeddedBridge | undefined = undefined;
