/**
 * Processes that outlive a test which times out. When a test times out, `bun test` kills every process that its thread
 * has started, also the servers that all tests of the file share. It does not see what another thread starts.
 */
import type { Order, Report } from "./messages.ts";

export interface ServerProcess {
  readonly pid: number;
  readonly isRunning: boolean;
  /** Its exit code, once it has ended and all its output was told. */
  readonly exited: Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

export interface ServerProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Is told what it writes. Without it standard output is thrown away, and standard error is the test run's. */
  readonly onOutput?: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

interface Running {
  readonly onOutput: ServerProcessOptions["onOutput"];
  readonly pid: number;
  end(code: number): void;
}

let spawner: Worker | undefined;
let lastId = 0;
const running = new Map<number, Running>();

/** @throws if the process cannot be started */
export function startServerProcess(command: readonly string[], options: ServerProcessOptions = {}): ServerProcess {
  const { cwd, env, onOutput } = options;
  spawner ??= openSpawner();
  const id = ++lastId;
  const started = new SharedArrayBuffer(4);
  const output = onOutput === undefined ? "none" : "pipe";
  spawner.postMessage({ id, command, cwd, env, output, started } satisfies Order);
  const state = new Int32Array(started);
  Atomics.wait(state, 0, 0);
  const pid = Atomics.load(state, 0);
  if (pid < 0) throw new Error(`${command[0]} cannot be started`);
  const { promise, resolve } = Promise.withResolvers<number>();
  running.set(id, { onOutput, pid, end: resolve });
  spawner.ref();
  return {
    pid,
    get isRunning() {
      return running.has(id);
    },
    exited: promise,
    kill: (signal) => {
      if (running.has(id)) signalTo(pid, signal);
    },
  };
}

/** Kills what is still there: what a test that timed out has left. */
export function killServerProcesses(): void {
  for (const { pid } of running.values()) signalTo(pid, "SIGKILL");
}

function openSpawner(): Worker {
  const worker = new Worker(new URL("./spawner.ts", import.meta.url).href);
  worker.onmessage = ({ data }: MessageEvent<Report>) => {
    const server = running.get(data.id);
    if ("stream" in data) return server?.onOutput?.(data.stream, data.chunk);
    running.delete(data.id);
    if (running.size === 0) worker.unref();
    server?.end(data.code);
  };
  worker.unref();
  return worker;
}

/** It may have ended while its end is not known here yet. */
function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (Object(error).code !== "ESRCH") throw error;
  }
}
