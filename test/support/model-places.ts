/** Runners in local and in cloud mode, each with its own variables: what is true of models must be true in both. */
import { type CloudWorld, cloudWorld } from "./cloud-world.ts";
import { localWorld } from "./local-world.ts";
import type { OllamaDouble } from "./ollama-double.ts";
import { StigmerUser } from "./stigmer-user.ts";

/** A runner with its users. */
export interface ModelPlace {
  readonly user: StigmerUser;
  readonly ollama: OllamaDouble;
  /** What the runner has logged. */
  log(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ModelMode {
  readonly name: string;
  /** Starts a runner. */
  open(env?: Readonly<Record<string, string>>): Promise<ModelPlace>;
  /** Ends what the runners of this mode share. */
  close(): Promise<void>;
}

export function localMode(): ModelMode {
  return {
    name: "local mode",
    open: async (env = {}) => {
      const world = await localWorld({ ...env });
      return {
        user: new StigmerUser(world.client),
        ollama: world.ollama,
        log: () => world.log.join(""),
        [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
      };
    },
    close: async () => undefined,
  };
}

export function cloudMode(): ModelMode {
  let opening: Promise<CloudWorld> | undefined;
  return {
    name: "cloud mode",
    open: async (env = {}) => {
      opening ??= cloudWorld();
      const world = await opening;
      const replica = await world.replica(env);
      return {
        user: world.user,
        ollama: world.ollama,
        log: () => replica.program.output(),
        [Symbol.asyncDispose]: () => replica.program[Symbol.asyncDispose](),
      };
    },
    close: async () => await (await opening)?.[Symbol.asyncDispose](),
  };
}
