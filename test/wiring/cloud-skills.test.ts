import { join } from "node:path";
import { cloudWorld } from "../support/cloud-world.ts";
import { skillsSuite } from "../support/skills-suite.ts";

skillsSuite("cloud", async () => {
  const world = await cloudWorld();
  await world.replica();
  return {
    client: world.user.client,
    ollama: world.ollama,
    database: join(world.folder, "daemon", "daemon.db"),
    cache: join(world.folder, "data", "skills"),
    folder: (session) => world.daytona.alive.find(({ labels }) => labels["stigmer-session"] === session)?.folder,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});
