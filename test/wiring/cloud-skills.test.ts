import { cloudWorld } from "../support/cloud-world.ts";
import { skillsSuite } from "../support/skills-suite.ts";

skillsSuite("cloud", async () => {
  const world = await cloudWorld();
  await world.replica();
  return {
    client: world.user.client,
    ollama: world.ollama,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});
