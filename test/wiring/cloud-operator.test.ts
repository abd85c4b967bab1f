import { cloudWorld } from "../support/cloud-world.ts";
import { operatorSuite } from "../support/operator-suite.ts";

operatorSuite("cloud", async () => {
  const world = await cloudWorld();
  const { program, adminUrl } = await world.replica({ TEMPORAL_MAX_CONCURRENCY: "2" });
  return {
    url: adminUrl,
    user: world.user,
    ollama: world.ollama,
    ended: program.exited,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});
