import { create } from "@bufbuild/protobuf";
import { type Agent, AgentSchema } from "../stigmer/index.ts";

/** The agent that is used if none is named. */
export const DEFAULT_AGENT: Agent = create(AgentSchema, {
  metadata: { name: "assistant" },
  spec: {
    description: "A general assistant",
    instructions:
      "You are a careful assistant with a working directory and a shell. Do what the user asks with your tools, check that it works, and say briefly what you did.",
  },
});
