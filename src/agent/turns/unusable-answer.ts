import type { AIMessage } from "@langchain/core/messages";
import { plainText } from "../../shared/plain-text.ts";
import { AgentError } from "../agent-error.ts";

interface UnusableOptions {
  readonly code?: "model-answer" | "budget";
  /** What the user can do, each a sentence. */
  readonly remedies?: readonly string[];
}

/** The run cannot continue with an answer. The conversation does not keep it; the user sees as much of it as there is. */
export class UnusableAnswer extends AgentError {
  readonly answer: AIMessage;

  constructor(answer: AIMessage, message: string, options: UnusableOptions = {}) {
    const { code = "model-answer", remedies } = options;
    super(code, plainText(message), { remedies });
    this.answer = answer;
  }
}
