import { program } from "../scripts/lib/built.ts";
import { startOllamaDouble } from "../test/support/ollama-double.ts";
import { type RunningProgram, startProgram } from "../test/support/program.ts";
import { phaseOf, StigmerUser } from "../test/support/stigmer-user.ts";
import { type LocalServers, startLocalServers } from "./local-servers.ts";
import { times } from "./measures.ts";

/** Calls of tools in an execution. */
const CALLS = 10;
/** Executions after which the engine has compiled most of the code that they run. */
export const WARM_UP = 240;
const AT_ONCE = 8;

export type Env = Readonly<Record<string, string>>;

/** The servers around a runner in local mode: Temporal and the backend are real, the model is a double. */
export interface RunnerWorld extends AsyncDisposable {
  /** @param file the compiled program, or another build of it */
  start(env: Env, file?: string): RunningProgram;
  /** Runs one execution with ten calls of tools to its end. */
  execute(): Promise<void>;
}

export async function runnerWorld(): Promise<RunnerWorld> {
  await using open = new AsyncDisposableStack();
  const servers: LocalServers = open.use(await startLocalServers());
  const ollama = open.use(startOllamaDouble());
  ollama.converse((_, turn) =>
    turn < CALLS ? { text: "I write.", tools: [{ name: "ls", args: { path: `/${turn}` } }] } : { text: "Done." },
  );
  const user = new StigmerUser(servers.client);
  const closing = open.move();
  return {
    start: (env, file = program) =>
      startProgram(file, [], { ...servers.env, OLLAMA_BASE_URL: ollama.url, ...env }, servers.folder),
    execute: async () => {
      const execution = await user.ask(await user.session(), "Go");
      if (phaseOf(execution) !== "EXECUTION_COMPLETED")
        throw new Error(`${phaseOf(execution)}: ${execution.status?.error}`);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** Runs executions before those that are measured, eight at a time. */
export async function warmUp({ execute }: RunnerWorld, count = WARM_UP): Promise<void> {
  await times(count, AT_ONCE, execute);
}
