/** Budgets of executions: how they are announced, kept, and exceeded. */
import { afterAll, describe, expect, test } from "bun:test";
import { MessageType, ToolCallStatus } from "../../../src/stigmer/index.ts";
import type { ModelMode, ModelPlace } from "../model-places.ts";
import type { ChatRequest, Turn } from "../ollama-double.ts";
import { phaseOf } from "../stigmer-user.ts";

const ADVICE = "[Runner] This is your last answer";
const echo = (text: string) => ({ name: "execute", args: { command: `echo ${text}` } });
const task = (description: string) => ({ name: "task", args: { description, subagent_type: "general-purpose" } });
const isTold = ({ messages }: ChatRequest) => messages.at(-1)?.content.startsWith(ADVICE) === true;
const isSubAgent = ({ messages }: ChatRequest) =>
  messages.some(({ role, content }) => role === "user" && content.startsWith("Count"));

async function ask(place: ModelPlace, conversation: (request: ChatRequest) => Turn, session?: string) {
  const before = place.ollama.requests.length;
  place.ollama.converse(conversation);
  const execution = await place.user.ask(session ?? (await place.user.session()), "Go");
  const messages = execution.status?.messages ?? [];
  return {
    phase: phaseOf(execution),
    error: execution.status?.error ?? "",
    answers: messages.filter(({ type }) => type === MessageType.MESSAGE_AI).map(({ content }) => content),
    calls: execution.status?.toolCalls ?? [],
    total: messages.at(-1)?.metadata?.["total_usage"],
    requests: place.ollama.requests.slice(before),
  };
}

export function budgetSuite(mode: ModelMode): void {
  afterAll(() => mode.close());

  describe(`MAX_MODEL_CALLS in ${mode.name}`, () => {
    test("tells the agent before the last call to conclude, and the thread does not keep that", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama", MAX_MODEL_CALLS: "3" });
      const session = await place.user.session();
      let step = 0;
      const answer = (request: ChatRequest) =>
        isTold(request) ? { text: "That is all." } : { text: "", tools: [echo(String(step++))] };
      const result = await ask(place, answer, session);
      expect([result.phase, result.error, result.answers]).toEqual(["EXECUTION_COMPLETED", "", ["That is all."]]);
      expect(result.requests.map(isTold)).toEqual([false, false, true]);
      const next = await ask(place, () => ({ text: "Again." }), session);
      expect(next.phase).toBe("EXECUTION_COMPLETED");
      expect(JSON.stringify(next.requests[0]?.messages)).not.toContain(ADVICE);
    });

    test("fails the execution if the agent does not conclude, with what was used, and keeps its text", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama", MAX_MODEL_CALLS: "3" });
      const session = await place.user.session();
      let step = 0;
      const result = await ask(
        place,
        () => ({ text: `Step ${++step}.`, tools: [echo(`${step} >>steps.txt`)] }),
        session,
      );
      expect(result.phase).toBe("EXECUTION_FAILED");
      expect(result.error).toBe(
        "The budget of this execution is used up (MAX_MODEL_CALLS=3) before the agent has concluded. It used 3 model calls, 30 input tokens, 30 output tokens. Send another message to let the agent continue, give it a smaller task, or raise MAX_MODEL_CALLS of the runner.",
      );
      expect(result.answers).toEqual(["Step 1.", "Step 2.", "Step 3."]);
      expect(result.calls.map(({ status }) => ToolCallStatus[status].replace("TOOL_CALL_", ""))).toEqual([
        "COMPLETED",
        "COMPLETED",
        "FAILED",
      ]);
      expect(result.calls.at(-1)?.error).toBe("not executed: the budget of the execution is used up");
      expect(result.total).toEqual({ model_calls: 3, input_tokens: 30, cached_input_tokens: 0, output_tokens: 30 });
      // The thread can be continued.
      const next = await ask(place, () => ({ text: "I go on." }), session);
      expect([next.phase, next.answers]).toEqual(["EXECUTION_COMPLETED", ["I go on."]]);
    });

    test("includes sub-agents that work at the same time, which leave one call to the agent", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama", MAX_MODEL_CALLS: "6" });
      let step = 0;
      const result = await ask(place, (request) => {
        // The sub-agents never conclude by themselves.
        if (isSubAgent(request)) return { text: "", tools: [echo(String(step++))] };
        if (isTold(request)) return { text: "They were stopped." };
        return { text: "", tools: [task("Count one"), task("Count two"), task("Count three")] };
      });
      expect([result.phase, result.answers]).toEqual(["EXECUTION_COMPLETED", ["They were stopped."]]);
      expect(result.requests).toHaveLength(6);
      expect(result.requests.map((request) => [isSubAgent(request), isTold(request)])).toEqual([
        [false, false],
        [true, false],
        [true, false],
        [true, false],
        [true, true],
        [false, true],
      ]);
      const tasks = result.calls.filter(({ name }) => name === "task");
      expect(tasks.map(({ error }) => error.includes("MAX_MODEL_CALLS=6"))).toEqual([true, true, true]);
      expect(result.total).toMatchObject({ model_calls: 6, input_tokens: 60 });
    });
  });

  describe(`MAX_TOKENS in ${mode.name}`, () => {
    const usage = { input: 900, cached: 0, output: 100 };

    test("is not exceeded by an agent that concludes when it is told", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama", MAX_TOKENS: "5000" });
      let step = 0;
      const result = await ask(place, (request) =>
        isTold(request) ? { text: "All.", usage } : { text: "", tools: [echo(String(step++))], usage },
      );
      expect([result.phase, result.answers]).toEqual(["EXECUTION_COMPLETED", ["All."]]);
      expect(result.requests.length).toBeGreaterThan(2);
      expect(result.requests.length).toBeLessThanOrEqual(5);
    });

    test("is exceeded by one call at most, and the execution fails", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama", MAX_TOKENS: "4500" });
      let step = 0;
      const result = await ask(place, () => ({ text: "", tools: [echo(String(step++))], usage }));
      expect([result.phase, result.requests.length]).toEqual(["EXECUTION_FAILED", 5]);
      expect(result.requests.map(isTold).at(-1)).toBe(true);
      expect(result.error).toStartWith("The budget of this execution is used up (MAX_TOKENS=4500)");
      expect(result.total).toMatchObject({ model_calls: 5, input_tokens: 4_500, output_tokens: 500 });
    });

    test("is exceeded by one call at most if sub-agents work at the same time", async () => {
      await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama", MAX_TOKENS: "10000" });
      let step = 0;
      const result = await ask(place, (request) => {
        if (isSubAgent(request)) return { text: "", tools: [echo(String(step++))], usage };
        if (isTold(request)) return { text: "They were stopped.", usage };
        return { text: "", tools: [1, 2, 3, 4, 5].map((number) => task(`Count ${number}`)), usage };
      });
      expect([result.phase, result.answers]).toEqual(["EXECUTION_COMPLETED", ["They were stopped."]]);
      expect(result.requests.length).toBeLessThanOrEqual(10);
    });
  });

  test(`a run that only repeats itself between two summaries is ended in ${mode.name}`, async () => {
    await using place = await mode.open({ STIGMER_LLM_PROVIDER: "ollama", STIGMER_LLM_MAX_TOKENS: "4096" });
    const isSummary = ({ tools = [] }: ChatRequest) => tools.length === 0;
    let step = 0;
    const result = await ask(place, (request) =>
      isSummary(request)
        ? { text: "I read files." }
        : {
            text: "",
            tools: [{ name: "execute", args: { command: `seq ${(step++ % 4) * 1000} ${(step % 4) * 1000 + 2000}` } }],
          },
    );
    expect(result.phase).toBe("EXECUTION_FAILED");
    expect(result.error).toStartWith("The agent was stopped because it ran in circles");
    expect(result.requests.filter(isSummary)).toHaveLength(1);
  });
}
