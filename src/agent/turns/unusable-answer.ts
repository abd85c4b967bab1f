import type { AIMessage } from "@langchain/core/messages";
import { plainText } from "../../shared/plain-text.ts";
import { AgentError } from "../agent-error.ts";

/** An answer with which the run cannot go on. The conversation does not keep it; the user sees what there is of it. */
export class UnusableAnswer extends AgentError {
  readonly answer: AIMessage;

  constructor(answer: AIMessage, message: string) {
    super("model-answer", plainText(message));
    this.answer = answer;
  }
}
