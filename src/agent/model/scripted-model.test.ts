import { describe, expect, test } from "bun:test";
import { type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { SOURCE } from "../conversation/message-source.ts";
import { ScriptedModel } from "./scripted-model.ts";

const turn = (text: string) => ({ text, tools: [], delay: 0 });
const model = () =>
  new ScriptedModel({ pace: 0, turns: [turn("one"), turn("two"), turn("three")], tasks: [] }, "script.yaml");
const ofRunner = (text: string) => new HumanMessage({ content: text, additional_kwargs: { [SOURCE]: "somebody" } });

/** What a model says next, which is added to the messages. */
async function ask(scripted: ScriptedModel, messages: BaseMessage[]): Promise<string> {
  const answer = await scripted.invoke(messages);
  messages.push(answer);
  return answer.text;
}

describe("the scripted model", () => {
  test("plays its script from the start for each message of the user", async () => {
    const messages: BaseMessage[] = [new HumanMessage("Go")];
    expect([await ask(model(), messages), await ask(model(), messages)]).toEqual(["one", "two"]);
    messages.push(new HumanMessage("Again"));
    expect(await ask(model(), messages)).toBe("one");
  });

  test("plays the turns of a task for the sub-agent that has it", async () => {
    const turns = [turn("one"), turn("two")];
    const script = { pace: 0, turns, tasks: [{ contains: "poem", turns: [turn("rhyme"), turn("end")] }] };
    const scripted = new ScriptedModel(script, "script.yaml");
    const main: BaseMessage[] = [new HumanMessage("Go")];
    const sub: BaseMessage[] = [new HumanMessage("Write a poem")];
    expect([
      await ask(scripted, main),
      await ask(scripted, sub),
      await ask(scripted, sub),
      await ask(scripted, main),
    ]).toEqual(["one", "rhyme", "end", "two"]);
  });

  test("continues after advice of the runner", async () => {
    const messages: BaseMessage[] = [new HumanMessage("Go")];
    await ask(model(), messages);
    messages.push(ofRunner("[Runner] change your approach"));
    expect([await ask(model(), messages), await ask(model(), messages)]).toEqual(["two", "three"]);
  });

  test("continues after a summary, also of everything that was played", async () => {
    const scripted = model();
    const messages: BaseMessage[] = [new HumanMessage("Go")];
    await ask(scripted, messages);
    await ask(scripted, messages);
    expect(await ask(scripted, [ofRunner("a summary"), ...messages.slice(-1)])).toBe("three");
    const another = model();
    await ask(another, [new HumanMessage("Go")]);
    expect(await ask(another, [ofRunner("a summary")])).toBe("two");
  });

  test("fails with a message when it has no further turn", async () => {
    const messages: BaseMessage[] = [new HumanMessage("Go")];
    const scripted = model();
    for (let n = 0; n < 3; n++) await ask(scripted, messages);
    await expect(scripted.invoke(messages)).rejects.toThrow("has only 3 turns");
  });
});
