import { afterAll, beforeAll } from "bun:test";
import { type CloudWorld, cloudWorld } from "../support/cloud-world.ts";
import { TOKEN, testStrangers } from "../support/strangers-suite.ts";

let world: CloudWorld;
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

testStrangers(async () => {
  const { program, adminUrl } = await world.replica({ ADMIN_HOST: "0.0.0.0", ADMIN_TOKEN: TOKEN });
  return { program, port: Number(new URL(adminUrl).port), [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
});
