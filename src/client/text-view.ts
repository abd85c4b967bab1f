import type pc from "picocolors";
import { printable } from "../shared/printable.ts";
import { type AgentExecution, type TodoItem, TodoStatus } from "../stigmer/index.ts";
import { callLines, outcomeLine, subAgentCallLines, taskEndLines, taskLine, todoLines } from "./format.ts";
import type { LiveArea } from "./live-area.ts";
import { activityOf, type Progress, ProgressReader } from "./progress.ts";
import type { SubAgentTask } from "./sub-agents.ts";
import type { Outputs, View, Write } from "./view.ts";

/** Prints text as it arrives and calls when they end; at a terminal also what is running, in redrawn lines. */
export class TextView implements View {
  readonly #write: Write;
  readonly #tell: Write;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #live: LiveArea | undefined;
  readonly #reader = new ProgressReader();
  /** Whether the last output did not end its line. */
  #midLine = false;
  /** Notices of the runner that were printed. */
  readonly #notices = new Set<string>();

  constructor({ write, tell }: Outputs, colors: ReturnType<typeof pc.createColors>, live?: LiveArea) {
    this.#write = write;
    this.#tell = tell;
    this.#colors = colors;
    this.#live = live;
  }

  update(execution: AgentExecution): void {
    this.#live?.hide();
    for (const progress of this.#reader.read(execution)) this.#show(progress);
    const activity = activityOf(execution);
    // While text arrives, no spinner is needed.
    if (!this.#midLine || activity.running.length > 0) {
      this.#endLine();
      this.#live?.show(activity);
    }
  }

  note(text: string): void {
    const showAgain = this.#live?.hide();
    this.#endLine();
    this.#tell(`${text}\n`);
    showAgain?.();
  }

  end(last?: AgentExecution): void {
    this.#live?.hide();
    this.#endLine();
    if (last === undefined) return;
    const error = last.status?.error ?? "";
    // Other runners put the reason in a message too.
    if (error !== "" && !this.#notices.has(error)) this.#lines([this.#colors.red(printable(error))]);
    this.#write(`${outcomeLine(last, this.#colors)}\n`);
  }

  #show(progress: Progress): void {
    switch (progress.type) {
      case "text":
        if (progress.starts) this.#endLine();
        this.#write(printable(progress.text));
        this.#midLine = !progress.text.endsWith("\n");
        break;
      case "call-ended":
        this.#lines(callLines(progress.label, progress.call, this.#colors));
        break;
      case "task-started":
        this.#lines([taskLine(progress.label, distinctTag(progress.task), this.#colors)]);
        break;
      case "task-ended":
        this.#lines(taskEndLines(progress.label, distinctTag(progress.task), progress.call, this.#colors));
        break;
      case "sub-agent-call-ended":
        this.#lines(subAgentCallLines(progress.task.tag, progress.label, progress.call, this.#colors));
        break;
      case "todos":
        // At a terminal the list is part of the redrawn lines; it is printed when it is done.
        if (this.#live === undefined || progress.todos.every(isDone))
          this.#lines(todoLines(progress.todos, this.#colors));
        break;
      case "notice":
        this.#notices.add(progress.text);
        this.#lines([this.#colors.yellow(printable(progress.text))]);
        break;
    }
  }

  #lines(lines: readonly string[]): void {
    this.#endLine();
    this.#write(lines.map((line) => `${line}\n`).join(""));
  }

  #endLine(): void {
    if (this.#midLine) this.#write("\n");
    this.#midLine = false;
  }
}

/** What tells a task from others with the same sub-agent, beside its label. */
function distinctTag({ tag, isNumbered }: SubAgentTask): string | undefined {
  return isNumbered ? tag : undefined;
}

function isDone({ status }: TodoItem): boolean {
  return status === TodoStatus.TODO_COMPLETED || status === TodoStatus.TODO_CANCELLED;
}
