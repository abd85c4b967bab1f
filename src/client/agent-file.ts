import { type FileHandle, open } from "node:fs/promises";
import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { parse } from "yaml";
import { messageOf } from "../shared/errors.ts";
import { untilAborted } from "../shared/time.ts";
import { type Agent, AgentSchema } from "../stigmer/index.ts";
import { readText } from "./bounded-input.ts";
import { ClientError } from "./client-error.ts";
import { refuseOtherKinds } from "./file-kind.ts";

/** Maximum size of an agent file. */
const MAX_AGENT_BYTES = 1024 * 1024;

const KIND = "Agent";
const FORM = "An agent is YAML or JSON with `metadata: {name: …}` and `spec: {instructions: …}`.";

/** The agent that is used if none is named. */
export const DEFAULT_AGENT: Agent = create(AgentSchema, {
  metadata: { name: "assistant" },
  spec: {
    description: "A general assistant",
    instructions:
      "You are a careful assistant with a working directory and a shell. Do what the user asks with your tools, check that it works, and say briefly what you did.",
  },
});

/**
 * Reads an Agent from YAML or JSON, with field names in snake_case or camelCase. The file may be a pipe.
 * @throws ClientError; the signal's reason
 */
export async function readAgentFile(file: string, signal: AbortSignal): Promise<Agent> {
  const text = await textOf(file, signal);
  const name = `The agent file ${file}`;
  let agent: Agent;
  try {
    const value = parse(text) as JsonValue;
    refuseOtherResources(value, name);
    agent = fromJson(AgentSchema, value);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    throw new ClientError(`${name} is not an Agent: ${messageOf(error)}. ${FORM}`);
  }
  if (!agent.metadata?.name && !agent.metadata?.slug) {
    throw new ClientError(`${name} has no name: set metadata.name.`);
  }
  return agent;
}

/** Rejects values that cannot be an agent, with a message that says what the file contains. @throws ClientError */
function refuseOtherResources(value: JsonValue, name: string): void {
  if (value === null) throw new ClientError(`${name} is empty. ${FORM}`);
  const kind = typeof value === "object" && "kind" in value ? value["kind"] : undefined;
  if (typeof kind !== "string" || kind === "" || kind === KIND) return;
  throw new ClientError(
    `${name} is not an Agent: its kind is ${JSON.stringify(kind)}. Expected: kind ${KIND}, or none. Name the file of an agent.`,
  );
}

async function textOf(file: string, signal: AbortSignal): Promise<string> {
  const name = `The agent file ${file}`;
  let handle: FileHandle | undefined;
  try {
    await refuseOtherKinds(file, name, signal);
    // Opening a pipe blocks until a writer opens it.
    handle = await untilAborted(open(file), signal);
    return await readText(handle.createReadStream({ autoClose: false }), name, MAX_AGENT_BYTES, signal);
  } catch (error) {
    if (error instanceof ClientError || signal.aborted) throw error;
    throw new ClientError(`${name} cannot be read: ${messageOf(error)}`);
  } finally {
    await closeUnlessAborted(handle, signal);
  }
}

/** Closing a handle waits for a pending read, which may never end; it is not waited for. */
async function closeUnlessAborted(handle: FileHandle | undefined, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await handle?.close();
}
