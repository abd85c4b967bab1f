import { writeSync } from "node:fs";
import { systemCode } from "./errors.ts";

const RETRY_MS = 5;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes a text completely and synchronously, waiting for a slow reader of a pipe.
 * @param patienceMs how long it waits
 * @throws the system's error: EPIPE if there is no reader, EAGAIN if the pipe stays full
 */
export function writeAll(descriptor: 1 | 2, text: string, patienceMs = Number.POSITIVE_INFINITY): void {
  let rest: Uint8Array = Buffer.from(text);
  const giveUp = Date.now() + patienceMs;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (systemCode(error) !== "EAGAIN" || Date.now() > giveUp) throw error;
      Atomics.wait(PAUSE, 0, 0, RETRY_MS);
    }
  }
}
