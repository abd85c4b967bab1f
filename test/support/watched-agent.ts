import { watchAgentFile } from "../../src/client/agent-file/watch/index.ts";
import { type Agent, AgentQueryController, ApiResourceKind } from "../../src/stigmer/index.ts";
import { type DaemonServices, openDaemonServices } from "./daemon-services.ts";
import { until } from "./eventually.ts";
import { type FileTree, fileTree, writeFiles } from "./file-tree.ts";

const RETRY_MS = 50;

/** The watch of a file `agent.yaml`, with a server of its own. */
export interface WatchedAgent extends AsyncDisposable {
  readonly server: DaemonServices;
  readonly log: string[];
  /** Waits for a line that begins like this, after those that were waited for before. */
  says(text: string): Promise<string>;
  write(files: FileTree): Promise<void>;
  file(name: string): string;
  agent(): Promise<Agent>;
}

/** Watches the file in a folder with these files. */
export async function watchAgent(files: FileTree): Promise<WatchedAgent> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(await fileTree(files));
  const server = opening.use(await openDaemonServices());
  const end = new AbortController();
  const log: string[] = [];
  const say = (text: string) => void log.push(text.replaceAll(`${folder.path}/`, ""));
  const ended = watchAgentFile(
    folder.file("agent.yaml"),
    server.client,
    { info: say, warn: say, error: say },
    end.signal,
    RETRY_MS,
  );
  opening.defer(async () => {
    end.abort();
    await ended;
  });
  const opened = opening.move();
  let seen = 0;
  return {
    server,
    log,
    file: folder.file,
    write: (changed) => writeFiles(folder.path, changed),
    says: async (text) => {
      const index = () => log.findIndex((line, at) => at >= seen && line.startsWith(text));
      await until(`"${text}" in ${JSON.stringify(log)}`, () => index() >= 0).catch(() => {
        throw new Error(`it did not say "${text}" but ${JSON.stringify(log.slice(seen))}`);
      });
      const line = log[index()] ?? "";
      seen = index() + 1;
      return line;
    },
    agent: async () =>
      await server.client.call(AgentQueryController.method.getByReference, {
        kind: ApiResourceKind.agent,
        slug: "poet",
      }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** An agent file with these instructions, and more of its spec. */
export const poet = (instructions: string, more = "") =>
  `metadata: {name: poet}\nspec: {instructions: ${instructions}${more}}\n`;
