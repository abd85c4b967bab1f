import { ContextOverflowError } from "@langchain/core/errors";
import { causes } from "../../shared/errors.ts";

/** Whether the conversation is too long for the model. The agent library then shortens it and tries again. */
export function isContextOverflow(error: unknown): boolean {
  for (const cause of causes(error)) if (ContextOverflowError.isInstance(cause)) return true;
  return false;
}
