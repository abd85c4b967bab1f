import type { AIMessage } from "@langchain/core/messages";
import { plainText } from "../../shared/plain-text.ts";
import { AgentError } from "../agent-error.ts";

/** The run cannot continue with an answer. The conversation does not keep it; the user sees as much of it as there is. */
export class UnusableAnswer extends AgentError {
  readonly answer: AIMessage;

  constructor(answer: AIMessage, message: string, code: "model-answer" | "budget" = "model-answer") {
    super(code, plainText(message));
    this.answer = answer;
  }
}
