/** A runner whose model is a double of Anthropic's, and what is asked of it. */
import { MessageType } from "../../../src/stigmer/index.ts";
import { startAnthropicDouble } from "../anthropic-double.ts";
import type { ModelMode } from "../model-places.ts";
import type { HttpTurn, ModelTurn } from "../model-turn.ts";
import { phaseOf, type StigmerUser } from "../stigmer-user.ts";

/** The double refuses a call. */
export const refusal = (
  status: number,
  type: string,
  message: string,
  headers: Record<string, string> = {},
): HttpTurn => ({
  http: {
    status,
    body: JSON.stringify({ type: "error", error: { type, message } }),
    headers: { "content-type": "application/json", ...headers },
  },
});
export const overloaded = (headers?: Record<string, string>) => refusal(529, "overloaded_error", "Overloaded", headers);
export const TASK = { name: "task", args: { description: "Count", subagent_type: "general-purpose" } };
export const ECHO = { name: "execute", args: { command: "echo hello" } };

/** The end of an execution, and what of its status suites compare. */
export async function ask(user: StigmerUser, message = "Go") {
  const execution = await user.ask(await user.session(), message);
  const messages = execution.status?.messages ?? [];
  return {
    phase: phaseOf(execution),
    error: execution.status?.error ?? "",
    notices: messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM).map(({ content }) => content),
    answers: messages.filter(({ type }) => type === MessageType.MESSAGE_AI).map(({ content }) => content),
    models: messages.flatMap(({ metadata }) => (metadata?.["model"] === undefined ? [] : [metadata["model"]])),
    total: messages.at(-1)?.metadata?.["total_usage"],
  };
}

/** @returns opens a runner with Anthropic as its provider */
export const anthropicWorld =
  (mode: ModelMode) =>
  async (env: Record<string, string> = {}, turns: readonly ModelTurn[] = []) => {
    const open = new AsyncDisposableStack();
    const anthropic = open.use(startAnthropicDouble("sk-ant-test", turns));
    const place = open.use(
      await mode.open({
        STIGMER_LLM_PROVIDER: "anthropic",
        STIGMER_LLM_BASE_URL: anthropic.url,
        ANTHROPIC_API_KEY: "sk-ant-test",
        ...env,
      }),
    );
    return { anthropic, place, user: place.user, [Symbol.asyncDispose]: () => open.disposeAsync() };
  };
