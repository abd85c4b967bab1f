import {
  type Agent,
  AgentCommandController,
  AgentInstanceCommandController,
  type StigmerClient,
} from "../stigmer/index.ts";
import { DEFAULT_AGENT } from "./default-agent.ts";

/** The instance of an agent that a server has for everyone, made if there is none. @returns its id */
export async function defaultInstance(
  client: StigmerClient,
  { metadata, status }: Agent,
  signal: AbortSignal,
): Promise<string> {
  if (status?.defaultInstanceId) return status.defaultInstanceId;
  const wanted = {
    metadata: { name: `${metadata?.name ?? "agent"}-instance`, org: metadata?.org ?? "" },
    spec: { agentId: metadata?.id ?? "" },
  };
  const instance = await client.call(AgentInstanceCommandController.method.create, wanted, { signal });
  return instance.metadata?.id ?? "";
}

/** The instance of the agent that is used if none is named. @returns its id */
export async function assistantInstance(client: StigmerClient, signal: AbortSignal): Promise<string> {
  const agent = await client.call(AgentCommandController.method.apply, DEFAULT_AGENT, { signal });
  return await defaultInstance(client, agent, signal);
}
