import pc from "picocolors";
import { EXIT, type ExitCode, TRY_BRIDGE_COMMAND } from "../cli/index.ts";
import { inspectConfig, type LoadOptions } from "../config/index.ts";
import {
  type CheckReport,
  collectChecks,
  LiveList,
  reportLines,
  runChecks,
  summaryLine,
  summaryOf,
} from "../doctor/index.ts";
import type { Check } from "../shared/check.ts";
import { commit, version } from "../version.ts";
import { safeJsonLine, terminalSize } from "./admin/terminal.ts";

export interface DoctorOptions extends LoadOptions {
  readonly json: boolean;
  readonly write: (text: string) => void;
}

/** `agent-runner doctor`: checks everything that a runner needs here. */
export async function doctor({ json, write, ...load }: DoctorOptions): Promise<ExitCode> {
  const interrupt = new AbortController();
  const interrupted = Promise.withResolvers<undefined>();
  const onSignal = () => {
    // What the checks have started ends with them.
    interrupt.abort();
    interrupted.resolve(undefined);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.once(name, onSignal);
  const inspection = inspectConfig(load);
  const { checks, mask } = await collectChecks({ inspection, env: load.env, tryBridge: tryBridge() });
  const view = json ? silent : viewOf(checks, load.env, write);
  view.start();
  const { signal } = interrupt;
  const onReport: View["add"] = (report, index) => {
    if (!signal.aborted) view.add(report, index);
  };
  const running = runChecks(checks, { mask, onReport, signal });
  const reports = await Promise.race([running, interrupted.promise]);
  view.stop();
  if (reports === undefined) return EXIT.interrupted;
  const summary = summaryOf(reports);
  if (json) write(safeJsonLine({ version, mode: inspection.config.mode ?? null, checks: reports, summary }));
  else view.end(reports);
  return summary.failed === 0 ? EXIT.ok : EXIT.failed;
}

interface View {
  start(): void;
  add(report: CheckReport, index: number): void;
  /** Clears what is not complete. */
  stop(): void;
  end(reports: readonly CheckReport[]): void;
}

const silent: View = { start() {}, add() {}, stop() {}, end() {} };

/** A list that is kept up to date on a terminal, otherwise one that is written when it is complete. */
function viewOf(checks: readonly Check[], env: LoadOptions["env"], write: (text: string) => void): View {
  const hasTerminal = terminalSize() !== undefined && env["TERM"] !== "dumb";
  const colors = pc.createColors(hasTerminal && !env["NO_COLOR"]);
  const ending = (reports: readonly CheckReport[]) => write(`\n${summaryLine(reports)}\n`);
  if (!hasTerminal) {
    const all = (reports: readonly CheckReport[]) =>
      reports.flatMap((report) => reportLines(report, colors)).join("\n");
    return {
      ...silent,
      end(reports) {
        write(`${all(reports)}\n`);
        ending(reports);
      },
    };
  }
  const list = new LiveList(checks, { write, colors, size: () => terminalSize() ?? { columns: 80, rows: 24 } });
  return {
    start: () => list.start(),
    add: (report, index) => list.add(report, index),
    stop: () => list.stop(),
    end: ending,
  };
}

/** The compiled program starts itself again; what runs from the sources has no embedded library. */
function tryBridge(): [string, ...string[]] | undefined {
  return commit === "source" ? undefined : [process.execPath, TRY_BRIDGE_COMMAND];
}
