/**
 * @module Types of what an agent is and what one execution of it was asked for: no code, and no imports.
 * `stigmer/` makes definitions from wire messages; `activities/`, `agent/`, `sandbox/` and `skills/` take from them what they need, by
 * name. A definition says what is wanted, never how it is done.
 */
export type { AgentDefinition } from "./agent-definition.ts";
export type { Environment } from "./environment.ts";
export type { ExecutionDefinition } from "./execution-definition.ts";
export type { McpServer } from "./mcp-server.ts";
export type { SkillReference } from "./skill-reference.ts";
export type { SkillVersion } from "./skill-version.ts";
export type { McpServerUsage, SubAgentDefinition } from "./sub-agent-definition.ts";
