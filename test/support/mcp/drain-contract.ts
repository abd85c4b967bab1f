import { expect, test } from "bun:test";
import { until } from "../eventually.ts";
import { processesWith } from "../processes.ts";
import { phaseOf } from "../stigmer-user.ts";
import { callsOf, httpSpec, stdioSpec } from "./executions.ts";
import type { ExecutionWorld } from "./executions-contract.ts";
import { startHttpFault } from "./http-faults.ts";
import { onCall } from "./http-responses.ts";
import { newMark } from "./mark.ts";
import { answer, echoResult } from "./messages.ts";

interface DrainingWorld extends ExecutionWorld {
  /** Tells the runner to drain. Settles when it does. */
  drain(): Promise<void>;
  /** The runner's exit code. */
  ended(): Promise<number>;
}

/** A runner that is told to drain while a server works on a call. Ends the world's runner. */
export function drainContract(world: () => DrainingWorld): void {
  test("a runner that drains waits for the answer of a server, and ends its servers", async () => {
    const mark = newMark();
    const released = Promise.withResolvers<void>();
    using server = startHttpFault(
      onCall(async (message) => {
        await released.promise;
        return Response.json(answer(message.id, echoResult(message)));
      }),
    );
    const { user, ollama, drain, ended } = world();
    const session = await user.session({
      instructions: "You help.",
      mcpServers: [httpSpec("web", server.url), stdioSpec("program", "none", mark)],
    });
    ollama.converse((_, turn) =>
      [
        { text: "", tools: [{ name: "web_echo", args: { text: "slow" } }] },
        { text: "", tools: [{ name: "program_echo", args: { text: "late" } }] },
        { text: "Done." },
      ].at(turn),
    );
    const execution = await user.begin(session, "Echo");
    await until("the server is called", () => server.record.includes("call echo"));
    await drain();
    released.resolve();
    const result = await user.ended(execution);
    expect([phaseOf(result), callsOf(result)]).toEqual([
      "EXECUTION_COMPLETED",
      [
        ["web_echo", "COMPLETED", "echo: slow"],
        ["program_echo", "COMPLETED", "echo: late"],
      ],
    ]);
    expect(await ended()).toBe(0);
    expect(await processesWith(mark)).toEqual([]);
    expect(server.record).toEqual(["initialize", "call echo", "DELETE"]);
  });
}
