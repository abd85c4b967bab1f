/** The thread that starts the processes of {@link ./server-process.ts}, and reports their output and their ends. */
import type { Order, Report } from "./messages.ts";

declare const self: Worker;

const report = (message: Report) => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const { id, command, cwd, env, output, started } = data;
  const pid = new Int32Array(started);
  try {
    const child = Bun.spawn([...command], {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env: { ...env } }),
      stdin: "ignore",
      stdout: output === "pipe" ? "pipe" : "ignore",
      stderr: output === "pipe" ? "pipe" : "inherit",
    });
    const ends = [relay(id, "stdout", child.stdout), relay(id, "stderr", child.stderr)];
    void Promise.all([child.exited, ...ends]).then(([code]) => report({ id, code }));
    Atomics.store(pid, 0, child.pid);
  } catch {
    Atomics.store(pid, 0, -1);
  }
  Atomics.notify(pid, 0);
};

async function relay(id: number, stream: "stdout" | "stderr", chunks: unknown): Promise<void> {
  if (!(chunks instanceof ReadableStream)) return;
  for await (const chunk of chunks as ReadableStream<Uint8Array>) report({ id, stream, chunk });
}
