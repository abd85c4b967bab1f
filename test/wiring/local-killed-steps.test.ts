/** With the rules of every provider. */
import { join } from "node:path";
import { localWorld } from "../support/local-world.ts";
import { type KilledMode, killedStepsSuite } from "../support/model-suites/killed-steps.ts";
import { installProgram, startProgram } from "../support/program.ts";
import { providers } from "../support/providers.ts";
import { StigmerUser } from "../support/stigmer-user.ts";

const mode: KilledMode = {
  name: "local mode",
  open: async (more) => {
    await using opening = new AsyncDisposableStack();
    const world = opening.use(await localWorld({ ...more }));
    // Only its servers are needed.
    world.lifecycle.requestStop();
    await world.runner.ended;
    const folder = join(world.workspace, "..", "killed");
    const workspace = join(folder, "workspace");
    const file = await installProgram(folder);
    const env = {
      MODE: "local",
      TEMPORAL_SERVICE_ADDRESS: world.temporal.address,
      STIGMER_BACKEND_ENDPOINT: world.client.endpoint,
      OLLAMA_BASE_URL: world.ollama.url,
      STIGMER_DATA_DIR: join(folder, "data"),
      SANDBOX_ROOT_DIR: workspace,
      ADMIN_PORT: "0",
      ...more,
    };
    const open = opening.move();
    return {
      user: new StigmerUser(world.client),
      ollama: world.ollama,
      start: async () => {
        const started = open.use(startProgram(file, [], env, folder));
        await started.says("Worker ready");
        return started;
      },
      folder: () => workspace,
      [Symbol.asyncDispose]: () => open.disposeAsync(),
    };
  },
};

for (const provider of providers) killedStepsSuite(mode, provider);
