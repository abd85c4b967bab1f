import { MAX_MCP_SERVERS, MAX_SUB_AGENTS } from "../../shared/agent-limits.ts";
import { DOCKER_HOST_PORTS, DOCKER_PORTS } from "../../shared/docker-names.ts";
import {
  AgentSchema,
  AgentSpecSchema,
  ApiResourceMetadataSchema,
  ApiResourceReferenceSchema,
  DockerServerSchema,
  EnvironmentSchema,
  EnvironmentSpecSchema,
  HttpServerSchema,
  McpServerDefinitionSchema,
  PortMappingSchema,
  StdioServerSchema,
  SubAgentSchema,
  VolumeMountSchema,
} from "../../stigmer/index.ts";
import { type Field, type ObjectShape, type Shape, type ShapeChange, shapeOfMessage } from "./shape.ts";
import {
  CONTAINER_PATH,
  DOCKER,
  DOCKER_VARIABLE_NAME,
  HEADER,
  NOT_BLANK,
  PROTOCOL,
  SUB_AGENT,
  URL_OF_SERVER,
  VARIABLE,
} from "./text-rules.ts";

/** 0 stands for the default of 30 s. */
const SECONDS: Shape = { kind: "integer", min: 0, max: 86_400 };
const PATH: Field = { name: "path", jsonName: "path", shape: { kind: "text" } };

/** A list of references has one kind only. */
const REFERENCE: ReadonlyMap<string, ShapeChange> = new Map([
  [ApiResourceReferenceSchema.typeName, { withoutEffect: ["kind"] }],
]);

const reference = (name: string, path: readonly Field[]): Shape => ({
  kind: "either",
  field: "path",
  present: object(`${name}Path`, path, ["path"]),
  absent: {
    ...shapeOfMessage(ApiResourceReferenceSchema, REFERENCE),
    name: `${name}Reference`,
    required: ["slug"],
  },
});

const SKILLS: Shape = {
  kind: "list",
  of: reference("Skill", [
    { ...PATH, about: "A folder with a SKILL.md, relative to this file. It is packed and pushed." },
  ]),
};

const ENVIRONMENTS: Shape = {
  kind: "list",
  of: reference("Environment", [
    {
      ...PATH,
      about: "A file relative to this one: an Environment in YAML or JSON, or lines of NAME=value as in a .env.",
    },
    {
      name: "is_secret",
      jsonName: "isSecret",
      shape: { kind: "flag" },
      about: "Whether the values of a file of NAME=value lines are secrets; true if it is absent.",
    },
  ]),
};

/** What every resource in a file has. */
const RESOURCE: Readonly<Record<string, Shape>> = { status: { kind: "ignored" } };
const SCHEMA_LINE: Field = {
  name: "$schema",
  jsonName: "$schema",
  shape: { kind: "text" },
  about: "The JSON schema of this file, for editors.",
};

const SPEC_OF_ENVIRONMENT: ShapeChange = { names: { data: VARIABLE }, withoutEffect: ["description"] };

/** An agent file: an Agent of the Stigmer API, with paths where the API has references only. */
export const AGENT_SHAPE: ObjectShape = shapeOfMessage(
  AgentSchema,
  new Map<string, ShapeChange>([
    [
      AgentSchema.typeName,
      {
        required: ["metadata"],
        shapes: { ...RESOURCE, kind: { kind: "constant", text: "Agent" } },
        withoutEffect: ["status"],
        added: [
          SCHEMA_LINE,
          {
            name: "environment_refs",
            jsonName: "environmentRefs",
            shape: ENVIRONMENTS,
            about:
              "The environments of the instance that is made for this file. A later one wins, and all of them win over env_spec.",
          },
        ],
      },
    ],
    [
      ApiResourceMetadataSchema.typeName,
      { someOf: ["name", "slug"], withoutEffect: ["id", "labels", "annotations", "tags", "version"] },
    ],
    [
      AgentSpecSchema.typeName,
      {
        shapes: { skill_refs: SKILLS },
        max: { mcp_servers: MAX_MCP_SERVERS, sub_agents: MAX_SUB_AGENTS },
        withoutEffect: ["description", "icon_url"],
      },
    ],
    [SubAgentSchema.typeName, { required: ["name"], rules: { name: SUB_AGENT }, shapes: { skill_refs: SKILLS } }],
    [EnvironmentSpecSchema.typeName, SPEC_OF_ENVIRONMENT],
    [McpServerDefinitionSchema.typeName, { required: ["name"], rules: { name: NOT_BLANK } }],
    [
      StdioServerSchema.typeName,
      { required: ["command"], rules: { command: NOT_BLANK }, names: { env_placeholders: VARIABLE } },
    ],
    [
      HttpServerSchema.typeName,
      {
        required: ["url"],
        rules: { url: URL_OF_SERVER },
        names: { headers: HEADER },
        shapes: { timeout_seconds: SECONDS },
      },
    ],
    [
      DockerServerSchema.typeName,
      { required: ["image"], rules: DOCKER, names: { env_placeholders: DOCKER_VARIABLE_NAME } },
    ],
    [
      VolumeMountSchema.typeName,
      { required: ["host_path", "container_path"], rules: { host_path: NOT_BLANK, container_path: CONTAINER_PATH } },
    ],
    [
      PortMappingSchema.typeName,
      {
        required: ["container_port"],
        rules: { protocol: PROTOCOL },
        shapes: {
          host_port: { kind: "integer", ...DOCKER_HOST_PORTS },
          container_port: { kind: "integer", ...DOCKER_PORTS },
        },
      },
    ],
  ]),
);

/** A file with an Environment of the Stigmer API. Its name is optional. */
export const ENVIRONMENT_SHAPE: ObjectShape = shapeOfMessage(
  EnvironmentSchema,
  new Map<string, ShapeChange>([
    [
      EnvironmentSchema.typeName,
      { shapes: { ...RESOURCE, kind: { kind: "constant", text: "Environment" } }, added: [SCHEMA_LINE] },
    ],
    [EnvironmentSpecSchema.typeName, SPEC_OF_ENVIRONMENT],
  ]),
);

function object(name: string, fields: readonly Field[], required: readonly string[]): ObjectShape {
  return { kind: "object", name, fields, required, someOf: [], oneOf: [] };
}
