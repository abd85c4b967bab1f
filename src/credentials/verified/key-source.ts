import type { CredentialsConfig } from "../../config/index.ts";
import { readTokenFile } from "./token-file.ts";

/** Where the API key comes from, and how messages call that. */
export interface KeySource {
  /** The subject of a sentence about the key. */
  readonly input: string;
  /** How to replace the key: a sentence. */
  readonly renewal: string;
  /** The file to follow; absent when the key cannot change. */
  readonly file?: string;
  /** @throws CredentialsError if the key cannot be read */
  read(): Promise<string>;
}

export function keySource(source: CredentialsConfig["source"]): KeySource {
  if ("key" in source) {
    return {
      input: "STIGMER_API_KEY",
      renewal: "Set a new STIGMER_API_KEY and start the runner again.",
      read: async () => source.key,
    };
  }
  const { file } = source;
  return {
    input: `The token of STIGMER_API_KEY_FILE (${file})`,
    renewal: `Put a new token into ${file}.`,
    file,
    read: () => readTokenFile(file),
  };
}
