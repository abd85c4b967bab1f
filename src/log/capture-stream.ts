/** Longest line that is waited for to be complete, in characters. */
const LINE_LIMIT = 4_000;

/** The part of a stream that is replaced. */
interface Output {
  write(chunk: string | Uint8Array, ...more: unknown[]): boolean;
}

/**
 * Takes what is written to a stream of the process, line by line. The log itself writes to the file descriptor, and not here.
 * @returns the function that restores the stream
 */
export function captureStream(stream: Output, take: (line: string) => void): () => void {
  const { write } = stream;
  const decoder = new TextDecoder();
  let begun = "";
  stream.write = (chunk, ...more) => {
    const lines = `${begun}${typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })}`.split("\n");
    begun = lines.pop() ?? "";
    if (begun.length > LINE_LIMIT) {
      lines.push(begun);
      begun = "";
    }
    for (const line of lines) take(line);
    const done = more.find((argument) => typeof argument === "function");
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  return () => {
    stream.write = write;
    if (begun !== "") take(begun);
  };
}
