import { readFileSync } from "node:fs";
import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { parse } from "yaml";
import { messageOf } from "../shared/errors.ts";
import { type Agent, AgentSchema } from "../stigmer/index.ts";
import { ClientError } from "./client-error.ts";

/** What answers where no agent was named. */
export const USUAL_AGENT: Agent = create(AgentSchema, {
  metadata: { name: "assistant" },
  spec: {
    description: "A general assistant",
    instructions:
      "You are a careful assistant with a working directory and a shell. Do what the user asks with your tools, check that it works, and say briefly what you did.",
  },
});

/** Reads an Agent from YAML or JSON, with field names in either of protobuf's spellings. @throws ClientError */
export function readAgentFile(file: string): Agent {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ClientError(`The agent file ${file} cannot be read: ${messageOf(error)}`);
  }
  let agent: Agent;
  try {
    agent = fromJson(AgentSchema, parse(text) as JsonValue);
  } catch (error) {
    throw new ClientError(
      `The agent file ${file} is no Agent: ${messageOf(error)}. It is YAML or JSON with \`metadata: {name: …}\` and \`spec: {instructions: …}\`.`,
    );
  }
  if (!agent.metadata?.name && !agent.metadata?.slug) {
    throw new ClientError(`The agent file ${file} names no agent: set metadata.name.`);
  }
  return agent;
}
