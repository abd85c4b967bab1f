import { afterAll, beforeAll } from "bun:test";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { StigmerUser } from "../support/stigmer-user.ts";
import { searchContract } from "../support/tool-catalogue/search-contract.ts";

let world: LocalWorld;
beforeAll(async () => {
  world = await localWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

searchContract("local", () => ({
  ollama: world.ollama,
  user: new StigmerUser(world.client),
  directory: () => world.workspace,
}));
