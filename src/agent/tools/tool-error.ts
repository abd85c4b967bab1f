import { ToolInputParsingException } from "@langchain/core/tools";
import { ToolInvocationError } from "langchain";
import { causeOf, causes, explained, messageOf } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";
import { AgentError } from "../agent-error.ts";

/** Why a tool failed, for the agent and the user. */
export function toolErrorText(error: unknown, tool: string): string {
  const own = causeOf(error, AgentError);
  if (own !== undefined) return explained(own);
  const problems = wrongArguments(error);
  if (problems !== undefined) return `the arguments of ${tool} are not valid: ${plainText(problems)}`;
  return plainText(messageOf(error));
}

/** The problems that the library found; its own text also has a stack and all arguments. */
function wrongArguments(error: unknown): string | undefined {
  for (const cause of causes(error)) {
    const parsing = ToolInvocationError.isInstance(cause) ? cause.toolError : cause;
    if (parsing instanceof ToolInputParsingException)
      return (
        parsing.message.replace(/^Received tool input did not match expected schema\s*/, "") || "see the tool's schema"
      );
  }
  return undefined;
}
