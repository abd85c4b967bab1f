import { afterAll, beforeAll, describe } from "bun:test";
import { type CloudWorld, cloudWorld } from "../support/cloud-world.ts";
import { testSubAgents } from "../support/sub-agents-contract.ts";

let world: CloudWorld;
beforeAll(async () => {
  world = await cloudWorld();
  await world.replica();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("sub-agents in cloud mode", () => {
  testSubAgents(() => world);
});
