/** With the rules of the strictest provider. */
import { expect } from "bun:test";
import { chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type CloudWorld, cloudWorld } from "../support/cloud-world.ts";
import { until } from "../support/eventually.ts";
import { callsOf } from "../support/mcp/executions.ts";
import { newMark } from "../support/mcp/mark.ts";
import { HANG, shellServer } from "../support/mcp/shell-server.ts";
import { type FurtherStep, type KilledMode, killedStepsSuite } from "../support/model-suites/killed-steps.ts";
import { processesWith } from "../support/processes.ts";
import { anthropic } from "../support/providers.ts";
import { phaseOf } from "../support/stigmer-user.ts";

/** Lets the minutes pass after which a sandbox ends what its runner does not ask for any more. */
let later: () => Promise<unknown>;

const mode: KilledMode = {
  name: "cloud mode",
  open: async (env) => {
    const world = await cloudWorld();
    later = await stopClock(world);
    return {
      user: world.user,
      ollama: world.ollama,
      start: async () => (await world.replica({ MCP_ALLOWED_HOSTS: "127.0.0.1", ...env })).program,
      folder: (session) =>
        world.daytona.alive.find(({ labels }) => labels["stigmer-session"] === session)?.folder ?? "none",
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
};

/** The supervisor's pauses of 10 s take no time in new sandboxes, as soon as the returned function is called. */
async function stopClock(world: CloudWorld): Promise<() => Promise<unknown>> {
  const file = join(world.folder, "later");
  const sleep = join(world.folder, "bin/sleep");
  const real = Bun.which("sleep") ?? "";
  const pause = `for part in $(seq 100); do [ ! -e ${file} ] || exit 0; ${real} 0.1; done`;
  await Bun.write(sleep, `#!/bin/sh\n[ "$1" = 10 ] || exec ${real} "$1"\n${pause}\n`);
  await chmod(sleep, 0o755);
  world.daytona.path = `${dirname(sleep)}:${world.daytona.path}`;
  return async () => await Bun.write(file, "");
}

const server: FurtherStep = {
  name: "a call of a program in the sandbox, which ends after 5 min; the next message gets another one before",
  begin: async ({ user, folder }, say) => {
    const mark = newMark();
    const value = { ...shellServer({ mark, isStubborn: true }), envPlaceholders: { RECORD: "calls" } };
    const mcpServers = [{ name: "stubborn", serverType: { case: "stdio" as const, value } }];
    const session = await user.session({ instructions: "You help.", mcpServers });
    say([{ text: "", tools: [{ name: "echo", args: { text: HANG } }] }]);
    const execution = await user.begin(session, "Hang");
    const record = () => Bun.file(join(folder(session), "calls"));
    await until("it is called", async () => await record().exists());
    return async () => {
      await until("the call is closed", async () => callsOf(await user.get(execution))[0]?.[1] === "FAILED");
      expect(phaseOf(await user.ended(execution))).toBe("EXECUTION_FAILED");
      say([{ text: "", tools: [{ name: "echo", args: { text: "hi" } }] }, { text: "Done." }]);
      const next = await user.ask(session, "Again");
      expect([phaseOf(next), callsOf(next)]).toEqual(["EXECUTION_COMPLETED", [["echo", "COMPLETED", "echo"]]]);
      expect((await processesWith(mark)).length).toBeGreaterThan(0);
      await later();
      await until("the server has ended", async () => (await processesWith(mark)).length === 0);
      expect((await record().text()).split("\n").length).toBe(2);
    };
  },
};

killedStepsSuite(mode, anthropic, [server]);
