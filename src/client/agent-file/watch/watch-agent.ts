import { resolve } from "node:path";
import { explained, stackOf } from "../../../shared/errors.ts";
import { RunnerError } from "../../../shared/runner-error.ts";
import type { StigmerClient } from "../../../stigmer/index.ts";
import { applyAgentFile } from "../apply.ts";
import { type Inspection, inspectAgentFile, type Sources } from "../load.ts";
import { changedParts, type Parts, partsOf } from "../parts.ts";
import { AgentFileError, problemLines } from "../problem.ts";
import { SourceWatch } from "./source-watch.ts";

/** After this time an agent that the server did not take is applied again: its disk may have been full. */
const RETRY_MS = 5_000;

/** Where the watch tells people what it does. */
export interface WatchLog {
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly error: (text: string) => void;
}

/** What the server has. */
interface Applied {
  readonly parts: Parts;
  readonly hadEnvironments: boolean;
}

/**
 * Applies an agent file, and applies it again each time it or a file that it names has changed. What is wrong is logged,
 * and the agent stays as it was. Running executions are not touched; the next message uses the new agent.
 * Resolves when the signal aborts.
 */
export async function watchAgentFile(
  file: string,
  client: StigmerClient,
  log: WatchLog,
  signal: AbortSignal,
  retryMs = RETRY_MS,
): Promise<void> {
  using changes = new SourceWatch(log.warn);
  const watched = new WatchedAgent(file, client, log, signal);
  let sources: Sources = { files: [resolve(file)], folders: [] };
  while (!signal.aborted) {
    // Watched before they are read: a change in between is noticed.
    changes.set(sources);
    const found = await watched.read();
    if (found !== undefined && !Bun.deepEquals(found.sources, sources)) {
      sources = found.sources;
      continue;
    }
    if (found !== undefined) await watched.apply(found);
    // Nothing tells when a server that refused the agent would take it.
    await changes.next(signal, watched.mayWorkLater ? retryMs : undefined);
  }
}

class WatchedAgent {
  readonly #file: string;
  readonly #client: StigmerClient;
  readonly #log: WatchLog;
  readonly #signal: AbortSignal;
  #applied: Applied | undefined;
  /** Whether the server did not take the agent that was read last, or something failed that should not. */
  mayWorkLater = false;
  /** The problems that were logged last. */
  #complaint = "";

  constructor(file: string, client: StigmerClient, log: WatchLog, signal: AbortSignal) {
    this.#file = file;
    this.#client = client;
    this.#log = log;
    this.#signal = signal;
  }

  /** @returns undefined if the file cannot be read, which is logged */
  async read(): Promise<Inspection | undefined> {
    this.mayWorkLater = false;
    try {
      // A pipe is empty when it is read again, and one without a writer would keep the watch from ever going on.
      return await inspectAgentFile(this.#file, this.#signal, { readable: "files" });
    } catch (error) {
      this.#complain(error);
      return undefined;
    }
  }

  async apply(found: Inspection): Promise<void> {
    if (found.problems.length > 0) {
      this.#complain(new AgentFileError(this.#file, found.problems));
      return;
    }
    const parts = partsOf(found);
    const changed = changedParts(this.#applied?.parts ?? new Map(), parts);
    if (changed === "" && this.#applied !== undefined) {
      if (this.#complaint !== "") this.#log.info(`${this.#file} is valid again; nothing has changed`);
      this.#complaint = "";
      return;
    }
    const hadEnvironments = this.#applied?.hadEnvironments ?? false;
    try {
      const tell = (text: string) => this.#log.info(text.replace(/\.$/, ""));
      const options = { signal: this.#signal, tell, hadEnvironments };
      const { agent } = await applyAgentFile(this.#client, found, options);
      const name = agent.metadata?.slug || agent.metadata?.name || "";
      if (this.#applied === undefined) this.#log.info(`Applied the agent ${name} of ${this.#file}`);
      else this.#log.info(`Applied the agent ${name} again: ${changed}. The next message uses it`);
      this.#applied = { parts, hadEnvironments: hadEnvironments || found.environments.length > 0 };
      this.#complaint = "";
    } catch (error) {
      this.mayWorkLater = true;
      this.#complain(error);
    }
  }

  /** Logs why the agent stays as it is, once. */
  #complain(error: unknown): void {
    if (this.#signal.aborted) return;
    const lines = complaintOf(error);
    if (!(error instanceof RunnerError)) this.mayWorkLater = true;
    if (this.#complaint === lines.join("\n")) return;
    this.#complaint = lines.join("\n");
    for (const line of lines) this.#log.error(line);
    this.#log.error(this.#applied === undefined ? `${this.#file} was not applied` : "The agent stays as it was");
  }
}

function complaintOf(error: unknown): readonly string[] {
  if (error instanceof AgentFileError) return problemLines(error.problems);
  // What nobody foresaw must not end the watch, and needs its place in the program.
  return [error instanceof RunnerError ? explained(error) : stackOf(error)];
}
