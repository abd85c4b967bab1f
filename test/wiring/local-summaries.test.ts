import { afterEach, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import type { ChatRequest } from "../support/ollama-double.ts";
import { phaseOf } from "../support/stigmer-user.ts";

let world: LocalWorld;
afterEach(() => world[Symbol.asyncDispose]());

/** Few characters a token, as in code: a conversation that is thought to fit must do so in fact. */
const CHARACTERS_A_TOKEN = 3;
const tokensOf = (request: ChatRequest) => JSON.stringify(request.messages).length / CHARACTERS_A_TOKEN;
const isSummary = ({ tools }: ChatRequest) => tools === undefined || tools.length === 0;

describe("a long conversation with a model of Ollama", () => {
  test("is summarized before it exceeds the model's context, invisibly to the user", async () => {
    world = await localWorld({ STIGMER_LLM_MAX_TOKENS: "4096" });
    const execution = await world.run("Read everything", (request) => {
      if (isSummary(request)) return { text: "All lines were the same." };
      const read = world.ollama.requests.filter((one) => !isSummary(one)).length;
      if (read > 40) return { text: "Everything is read." };
      return { text: `Part ${read}.`, tools: [{ name: "execute", args: { command: `seq ${read}000 ${read}800` } }] };
    });
    expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
    const { requests } = world.ollama;
    const context = Number(requests[0]?.options?.num_ctx);
    expect(Math.max(...requests.map(tokensOf)) + 4_096).toBeLessThan(context);
    expect(requests.filter(isSummary).length).toBeGreaterThan(0);
    expect(JSON.stringify(requests.at(-1)?.messages)).toContain("All lines were the same.");
    const shown = execution.status?.messages.map(({ content }) => content) ?? [];
    expect(shown.at(-1)).toBe("Everything is read.");
    expect(shown.join("\n")).not.toContain("All lines were the same.");
    expect(shown.filter((text) => text.startsWith("Part "))).toHaveLength(40);
    // Where the summary says that the whole conversation is.
    const [, file = ""] = /saved to (\S+)/.exec(JSON.stringify(requests.at(-1)?.messages)) ?? [];
    expect(await readFile(join(world.workspace, ".agent-runner", file), "utf8")).toContain("Part 1.");
  });
});
