/** A world in local mode whose runner uses one provider, with scripted answers for each execution. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type AgentExecution, MessageType, type ToolCall, ToolCallStatus } from "../../src/stigmer/index.ts";
import { type LocalWorld, localWorld } from "./local-world.ts";
import type { ModelTurn } from "./model-turn.ts";
import type { Provider } from "./providers.ts";
import { phaseOf, StigmerUser } from "./stigmer-user.ts";

export interface ProviderRun {
  readonly phase: string;
  readonly error: string;
  /** Kind and text of each message. */
  readonly messages: readonly (readonly [kind: string, text: string])[];
  readonly calls: readonly ToolCall[];
  /** What was sent to the provider, each request as text. */
  readonly conversations: readonly string[];
  /** What the execution left in the workspace. */
  readonly files: readonly string[];
  readonly log: string;
  /** The texts of the messages in each state that was seen on the way. */
  readonly shown: readonly (readonly string[])[];
}

export interface ProviderWorld {
  readonly world: LocalWorld;
  /** Runs messages of one session, one after the other, with a model that says the turns. @returns the last one's end */
  run(turns: readonly ModelTurn[], messages?: readonly string[]): Promise<ProviderRun>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function providerWorld(provider: Provider, env: Record<string, string> = {}): Promise<ProviderWorld> {
  const open = new AsyncDisposableStack();
  const double = open.use(provider.start());
  const world = open.use(await localWorld({ ...double.env, ...env }));
  const user = new StigmerUser(world.client);
  return {
    world,
    run: async (turns, messages = ["Write"]) => {
      double.say(turns, world);
      const before = double.conversations(world).length;
      const logged = world.log.length;
      const session = await user.session();
      let seen: AgentExecution[] = [];
      for (const message of messages) seen = await user.follow(await user.begin(session, message));
      const result = resultOf(seen);
      const files = await leftFiles(world.workspace);
      return {
        ...result,
        files,
        conversations: double.conversations(world).slice(before),
        log: world.log.slice(logged).join(""),
      };
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function resultOf(seen: readonly AgentExecution[]) {
  const execution = seen.at(-1);
  if (execution === undefined) throw new Error("the execution showed no state");
  const { status } = execution;
  return {
    phase: phaseOf(execution).replace("EXECUTION_", ""),
    error: status?.error ?? "",
    messages:
      status?.messages.map(({ type, content }) => [MessageType[type].replace("MESSAGE_", ""), content] as const) ?? [],
    calls: status?.toolCalls ?? [],
    shown: seen.map((state) => state.status?.messages.map(({ content }) => content) ?? []),
  };
}

/** Reads and deletes the files of a workspace. */
async function leftFiles(workspace: string): Promise<string[]> {
  const names = (await readdir(workspace)).filter((name) => !name.startsWith("."));
  await Promise.all(names.map((name) => rm(join(workspace, name), { recursive: true })));
  return names.toSorted();
}

export function states(calls: readonly ToolCall[]): string[] {
  return calls.map(({ status }) => ToolCallStatus[status].replace("TOOL_CALL_", ""));
}
