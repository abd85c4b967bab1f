import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { messageOf } from "../../shared/errors.ts";
import { humanSize } from "../../shared/human-size.ts";
import { withTimeout } from "../../shared/time.ts";
import { CredentialsError } from "./credentials-error.ts";
import { MAX_TOKEN_LENGTH } from "./token.ts";

/** How long reading may take: a network file system can hang. */
const READ_LIMIT_MS = 2_000;
/** The token and some white space around it. */
const MAX_FILE_BYTES = MAX_TOKEN_LENGTH + 256;

/**
 * The token in a file, without white space around it.
 * @throws CredentialsError if the file cannot be read or is empty
 */
export async function readTokenFile(path: string): Promise<string> {
  const text = await withTimeout(read(path), READ_LIMIT_MS, () => {
    return new CredentialsError("file", `cannot be read: no answer within ${READ_LIMIT_MS / 1000} s`);
  });
  if (text === "") throw new CredentialsError("file", "cannot be read: the file is empty");
  return text;
}

async function read(path: string): Promise<string> {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) throw new Error("it is not a file");
    const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    if (length > MAX_FILE_BYTES) throw new Error(`it is longer than ${humanSize(MAX_FILE_BYTES)}`);
    return buffer.toString("utf8", 0, length).trim();
  } catch (error) {
    throw new CredentialsError("file", `cannot be read: ${messageOf(error)}`, error);
  }
}
