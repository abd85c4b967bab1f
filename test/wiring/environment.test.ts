import { afterAll, beforeAll, describe } from "bun:test";
import { type CloudWorld, cloudWorld, type Replica } from "../support/cloud-world.ts";
import { environmentSuite } from "../support/environment-suite.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { manySecretsSuite } from "../support/many-secrets.ts";

describe("variables and secrets on a laptop", () => {
  let world: LocalWorld;
  beforeAll(async () => {
    world = await localWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  environmentSuite("local", () => world);
  manySecretsSuite("local", () => ({ client: world.client, ollama: world.ollama, log: () => world.log.join("") }));
});

describe("variables and secrets in a cluster", () => {
  let world: CloudWorld;
  let replica: Replica;
  beforeAll(async () => {
    world = await cloudWorld();
    replica = await world.replica({ MCP_ALLOWED_HOSTS: "127.0.0.1" });
  });
  afterAll(() => world[Symbol.asyncDispose]());
  environmentSuite("cloud", () => ({ client: world.user.client, ollama: world.ollama }));
  manySecretsSuite("cloud", () => ({
    client: world.user.client,
    ollama: world.ollama,
    log: () => replica.program.output(),
  }));
});
