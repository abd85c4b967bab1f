import { type DescMessage, type MessageShape, toJsonString } from "@bufbuild/protobuf";
import { EnvironmentValueSchema, McpServerDefinitionSchema, SubAgentSchema } from "../../stigmer/index.ts";
import type { LoadedAgentFile } from "./load.ts";

/** The parts of a loaded file by their names, each as a hash of what it says. */
export type Parts = ReadonlyMap<string, string>;

/** Takes a file apart, to find out later what has changed in it. */
export function partsOf({ agent, skills, environments, withVersions }: LoadedAgentFile): Parts {
  const parts = new Map<string, string>();
  const add = (name: string, content: string) => parts.set(name, Bun.hash(content).toString(16));
  const addMessage = <D extends DescMessage>(name: string, schema: D, message: MessageShape<D>) =>
    add(name, toJsonString(schema, message));
  const versions = new Map(
    [...skills].map(([path, { name, hash }]) => [path, { org: agent.metadata?.org ?? "", slug: name, hash }]),
  );
  const { metadata, spec } = withVersions(versions);
  add("name", JSON.stringify([metadata?.name, metadata?.slug, metadata?.org]));
  add("description", JSON.stringify([spec?.description, spec?.iconUrl]));
  add("instructions", spec?.instructions ?? "");
  for (const { slug, version } of spec?.skillRefs ?? []) add(`skill ${slug}`, version);
  for (const server of spec?.mcpServers ?? [])
    addMessage(`MCP server ${server.name}`, McpServerDefinitionSchema, server);
  for (const subAgent of spec?.subAgents ?? []) addMessage(`sub-agent ${subAgent.name}`, SubAgentSchema, subAgent);
  for (const [name, value] of Object.entries(spec?.envSpec?.data ?? {}))
    addMessage(`variable ${name}`, EnvironmentValueSchema, value);
  for (const [index, { label, data }] of environments.entries())
    add(
      `environment ${label}`,
      JSON.stringify([index, Object.entries(data ?? {}).map(([name, { value, isSecret }]) => [name, value, isSecret])]),
    );
  return parts;
}

/** What differs, as `instructions, skill changelog, MCP server notes (new), sub-agent critic (removed)`; empty if nothing does. */
export function changedParts(before: Parts, after: Parts): string {
  const changed = [...after].flatMap(([name, content]) => {
    if (!before.has(name)) return [`${name} (new)`];
    return before.get(name) === content ? [] : [name];
  });
  const removed = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} (removed)`);
  return [...changed, ...removed].join(", ");
}
