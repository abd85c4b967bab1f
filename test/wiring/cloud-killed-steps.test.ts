/** With the rules of the strictest provider. */
import { cloudWorld } from "../support/cloud-world.ts";
import { type KilledMode, killedStepsSuite } from "../support/model-suites/killed-steps.ts";
import { anthropic } from "../support/providers.ts";

const mode: KilledMode = {
  name: "cloud mode",
  open: async (env) => {
    const world = await cloudWorld();
    return {
      user: world.user,
      ollama: world.ollama,
      start: async () => (await world.replica({ MCP_ALLOWED_HOSTS: "127.0.0.1", ...env })).program,
      folder: (session) =>
        world.daytona.alive.find(({ labels }) => labels["stigmer-session"] === session)?.folder ?? "none",
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
};

killedStepsSuite(mode, anthropic);
