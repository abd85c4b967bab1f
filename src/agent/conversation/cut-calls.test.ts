import { describe, expect, test } from "bun:test";
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { withTurnNotes } from "../turns/turn-notes.ts";
import { cutCalls } from "./cut-calls.ts";

const asked = new HumanMessage("Go");
const again = new HumanMessage("Go on");
const calling = (...ids: string[]) =>
  new AIMessage({ content: "", tool_calls: ids.map((id) => ({ id, name: "execute", args: {} })) });
const result = (id: string, content = `result of ${id}`) =>
  new ToolMessage({ content, tool_call_id: id, name: "execute" });

/** What the conversation becomes; `undefined`: it stays. */
async function begun(messages: BaseMessage[], finished: ToolMessage[] = []): Promise<string[] | undefined> {
  const { beforeAgent } = cutCalls(() => finished);
  if (typeof beforeAgent !== "function") throw new Error("there is no hook");
  const update = (await beforeAgent({ messages } as never, {} as never)) as { messages: BaseMessage[] } | undefined;
  return update?.messages.slice(1).map(({ text }) => text);
}

describe("at the start of a run, a conversation", () => {
  test("stays as it is if every call has a result", async () => {
    expect(await begun([asked])).toBeUndefined();
    expect(await begun([asked, calling("a", "b"), result("b"), result("a"), again], [result("c")])).toBeUndefined();
  });

  test("gets the results that are missing: known ones, and that it is unknown what became of the others", async () => {
    const texts = await begun([asked, calling("a", "b", "c"), result("c"), again], [result("b")]);
    expect(texts).toEqual([
      "Go",
      "",
      expect.stringMatching(/^Unknown whether it was executed: .*Check its effects before you repeat it\.$/),
      "result of b",
      "result of c",
      "Go on",
    ]);
  });

  test("says of a rejected call that it was not executed", async () => {
    const call = calling("a");
    call.additional_kwargs = withTurnNotes(
      {},
      {
        cut: false,
        refusals: [{ callId: "a", why: "no such tool", advice: "Error: there is no such tool." }],
      },
    );
    expect(await begun([asked, call, again])).toEqual(["Go", "", "Error: there is no such tool.", "Go on"]);
  });

  test("loses results without a call", async () => {
    expect(await begun([asked, result("a"), again])).toEqual(["Go", "Go on"]);
  });

  test("has the middleware's name by which it replaces the library's", () => {
    expect(cutCalls(() => []).name).toBe("patchToolCallsMiddleware");
  });
});
