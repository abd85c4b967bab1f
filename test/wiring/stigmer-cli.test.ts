import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Client } from "@temporalio/client";
import { connectTemporal } from "../../src/temporal/index.ts";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { printedByCli } from "../support/stigmer-cli.ts";

for (const streaming of ["messages", "tokens"]) {
  describe(`Stigmer CLI with STATUS_STREAMING=${streaming}`, () => {
    let world: LocalWorld;
    beforeAll(async () => {
      world = await localWorld({ STATUS_STREAMING: streaming });
    });
    afterAll(() => world[Symbol.asyncDispose]());

    async function printed(message: string): Promise<string[]> {
      return printedByCli(await world.follow(await world.begin(await world.session(), message)));
    }

    test("prints calls, no empty lines for turns without text, and the answer before the end", async () => {
      world.ollama.converse((_, turn) =>
        turn < 2
          ? { text: turn === 0 ? "" : "\n", tools: [{ name: "execute", args: { command: `cd . && echo ${turn}` } }] }
          : { text: "Done." },
      );
      const lines = await printed("Work");
      expect(lines.filter((line) => !line.startsWith("Phase: EXECUTION_PENDING"))).toEqual([
        "Phase: EXECUTION_IN_PROGRESS",
        "You: Work",
        "Tool: execute: cd\n$ cd . && echo 0",
        "Tool: execute: cd\n$ cd . && echo 1",
        "Agent: Done.",
        "Phase: EXECUTION_COMPLETED",
      ]);
    });

    test("prints the reason of a failure once, after the messages", async () => {
      world.ollama.converse((_, turn) =>
        turn === 0
          ? { text: "I begin.", tools: [{ name: "ls", args: {} }] }
          : { status: 400, error: "the model exploded" },
      );
      const lines = await printed("Fail");
      expect(lines.filter((line) => line.includes("the model exploded"))).toHaveLength(1);
      expect(lines.at(-2)).toBe("Phase: EXECUTION_FAILED");
      expect(lines.at(-1)).toStartWith("Error: ");
      const said = lines.find((line) => line.startsWith("Agent: ")) ?? "nothing";
      if (streaming === "messages") expect(said).toBe("Agent: I begin.");
      // It prints a message once, when it first sees it: what that is of a growing one depends on the machine.
      else expect("Agent: I begin.").toStartWith(said);
    });

    test("prints that an execution was cancelled before its end", async () => {
      world.ollama.converse(() => ({ text: "", tools: [{ name: "execute", args: { command: "sleep 300" } }] }));
      const execution = await world.begin(await world.session(), "Wait");
      const states = world.follow(execution);
      await until("the model is asked", () => world.log.join("").includes(execution.metadata?.id ?? "?"));
      const { address } = world.temporal;
      const connection = await connectTemporal({ address, namespace: "default", taskQueue: "", maxConcurrency: 1 });
      const workflowId = `stigmer/agent-execution/invoke/${execution.metadata?.id}`;
      await new Client({ connection }).workflow.getHandle(workflowId).cancel();
      const lines = printedByCli(await states);
      await connection.close();
      const said = expect.stringMatching(
        /^System: The execution was cancelled: its user or Stigmer cancelled its workflow/,
      );
      expect(lines.slice(-2)).toEqual([said, "Phase: EXECUTION_CANCELLED"]);
    });
  });
}
