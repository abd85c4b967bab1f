import { afterAll, beforeAll, describe } from "bun:test";
import { type CloudWorld, cloudWorld } from "../support/cloud-world.ts";
import { environmentSuite } from "../support/environment-suite.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";

describe("variables and secrets on a laptop", () => {
  let world: LocalWorld;
  beforeAll(async () => {
    world = await localWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  environmentSuite("local", () => world);
});

describe("variables and secrets in a cluster", () => {
  let world: CloudWorld;
  beforeAll(async () => {
    world = await cloudWorld();
    await world.replica();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  environmentSuite("cloud", () => ({ client: world.user.client, ollama: world.ollama }));
});
