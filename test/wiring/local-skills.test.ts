import { join } from "node:path";
import { localWorld } from "../support/local-world.ts";
import { skillsSuite } from "../support/skills-suite.ts";

skillsSuite("local", async () => {
  const world = await localWorld();
  const data = join(world.workspace, "..", "data");
  return {
    ...world,
    database: join(data, "daemon.db"),
    cache: join(data, "skills"),
    folder: () => world.workspace,
  };
});
