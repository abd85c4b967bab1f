import { readFile } from "node:fs/promises";
import type { PartialConfig } from "../../config/index.ts";
import { availableMemory } from "../../processes/index.ts";
import { type Check, passed, skipped, warned } from "../../shared/check.ts";
import { humanSize } from "../../shared/human-size.ts";
import { plural } from "../../shared/text.ts";

/** Connections, databases and the program itself. */
const BASE_FILES = 256;
/** An execution with commands, MCP servers and a model. */
const FILES_PER_EXECUTION = 32;
/** An idle runner takes a quarter of it, ten executions need more. */
const LOW_MEMORY = 512 * 1024 * 1024;

/** What the system lets this process use. */
export function limitChecks({ temporal }: PartialConfig): readonly Check[] {
  return [
    {
      id: "limits.files",
      area: "limits",
      title: "open files",
      run: async () => filesResult(await openFilesLimit(), temporal?.maxConcurrency ?? 1),
    },
    { id: "limits.memory", area: "limits", title: "memory", run: async () => memoryResult(availableMemory()) },
  ];
}

/** @param limit `undefined` if the system does not tell */
export function filesResult(limit: number | undefined, executions: number) {
  if (limit === undefined) return skipped("this system does not tell the limit");
  const needed = BASE_FILES + executions * FILES_PER_EXECUTION;
  const shown = Number.isFinite(limit) ? `at most ${limit}` : "no limit";
  if (limit >= needed) return passed(shown);
  return warned(`${shown}; ${plural(executions, "execution")} at once may need ${needed}`, [
    `Raise the limit: \`ulimit -Hn ${needed}\` in the shell that starts the runner, \`LimitNOFILE=\` in a systemd unit, \`--ulimit nofile=\` of a container.`,
    "Or run fewer executions at once: TEMPORAL_MAX_CONCURRENCY.",
  ]);
}

export function memoryResult(bytes: number) {
  const shown = `${humanSize(bytes)} can be used`;
  if (bytes >= LOW_MEMORY) return passed(shown);
  return warned(`${shown}, which is little for a runner`, [
    `Give the machine or the container at least ${humanSize(LOW_MEMORY)}: otherwise the kernel may kill the runner, or its commands.`,
  ]);
}

/** Of this process: Bun raises it to the hard limit at the start, as `start` does. */
async function openFilesLimit(): Promise<number | undefined> {
  const text = await readFile("/proc/self/limits", "latin1").catch(() => "");
  const found = /^Max open files\s+(\S+)/m.exec(text)?.[1];
  if (found === undefined) return undefined;
  return found === "unlimited" ? Number.POSITIVE_INFINITY : Number(found);
}
