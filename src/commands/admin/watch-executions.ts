import { EXIT, type ExitCode } from "../../cli/index.ts";
import { printableLine } from "../../shared/printable.ts";
import { sleep } from "../../shared/time.ts";
import { cutToWidth } from "../../shared/width.ts";
import { AdminRequestError } from "./admin-client.ts";
import type { Execution } from "./answers.ts";
import type { Executions } from "./fetch-executions.ts";
import { safeJsonLine, terminalSize } from "./terminal.ts";

const INTERVAL_MS = 1_000;

export interface WatchOptions {
  readonly read: () => Promise<Executions>;
  readonly show: (executions: Executions, columns?: number) => readonly string[];
  readonly json: boolean;
  readonly write: (text: string) => void;
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
  /** Whether only one execution is watched: its end ends the command. */
  readonly isOne: boolean;
}

/**
 * Shows executions until a signal comes: on a terminal in place, else a line for each change.
 * @throws AdminRequestError if the first request fails, or one is refused
 */
export async function watchExecutions(options: WatchOptions): Promise<ExitCode> {
  const { read, isOne, signal, tell } = options;
  const { draw, interrupt } = terminalSize() !== undefined && !options.json ? inPlace(options) : byChange(options);
  const say = (text: string) => {
    interrupt();
    tell(text);
  };
  let isFirst = true;
  let isLost = false;
  while (!signal.aborted) {
    try {
      const found = await read();
      if (isLost) say("It answers again.");
      isLost = false;
      draw(found);
      if (isOne && found.active.length === 0) return EXIT.ok;
    } catch (error) {
      // A runner that restarts, or a broken port forwarding: it may come back.
      if (isFirst || !(error instanceof AdminRequestError) || error.status !== undefined) throw error;
      if (!isLost) say(`${error.message} Trying again.`);
      isLost = true;
    }
    isFirst = false;
    await sleep(INTERVAL_MS, signal);
  }
  return EXIT.interrupted;
}

interface Display {
  draw(executions: Executions): void;
  /** Something else is written in between. */
  interrupt(): void;
}

/** Redraws all lines, as many as fit. */
function inPlace({ show, write }: WatchOptions): Display {
  let drawn = 0;
  let size = "";
  const draw = (executions: Executions): void => {
    const { columns, rows } = terminalSize() ?? { columns: 80, rows: 24 };
    // Terminals differ in what they make of the lines when their size changes.
    const isResized = size !== "" && size !== `${columns}x${rows}`;
    size = `${columns}x${rows}`;
    const all = show(executions, columns).map((line) => cutToWidth(line, columns));
    const room = Math.max(rows - 2, 1);
    const more = cutToWidth(`… ${all.length - room + 1} more lines`, columns);
    const lines = all.length > room ? [...all.slice(0, room - 1), more] : all;
    const back = isResized ? "\u001b[H\u001b[2J" : drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`;
    write(`${back}${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const interrupt = () => {
    drawn = 0;
  };
  return { draw, interrupt };
}

/** Writes a line for each execution that does something else than before. */
function byChange({ json, write }: WatchOptions): Display {
  let before = new Map<string, string>();
  const draw = ({ active, ended }: Executions): void => {
    const now = new Map<string, string>();
    for (const execution of [...ended.toReversed(), ...active]) {
      const shown = whatItDoes(execution);
      now.set(execution.id, shown);
      if (before.get(execution.id) === shown) continue;
      write(
        json ? safeJsonLine(execution) : `${new Date().toISOString()} ${printableLine(`${execution.id} ${shown}`)}\n`,
      );
    }
    before = now;
  };
  return { draw, interrupt: () => undefined };
}

function whatItDoes(execution: Execution): string {
  if (execution.state === "ended")
    return execution.reason === null ? execution.outcome : `${execution.outcome}: ${execution.reason}`;
  const tools = execution.tools.map(({ name }) => name).join(", ");
  const stop = execution.stop === null ? "" : `, being stopped: ${execution.stop.reason}`;
  return `${execution.stage}${tools === "" ? "" : `: ${tools}`}${stop}`;
}
