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

/** What an operating system accepts as the name of a variable. */
const VARIABLE: RegExp = /^[^=]+$/;
/** 0 stands for the default of 30 s. */
const SECONDS: Shape = { kind: "integer", min: 0, max: 86_400 };
const PORT: Shape = { kind: "integer", min: 0, max: 65_535 };
const PATH: Field = { name: "path", jsonName: "path", shape: { kind: "text" } };

const reference = (name: string, path: readonly Field[]): Shape => ({
  kind: "either",
  field: "path",
  present: object(`${name}Path`, path, ["path"]),
  absent: {
    ...shapeOfMessage(ApiResourceReferenceSchema, new Map()),
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

function variables(): Shape {
  const data = shapeOfMessage(EnvironmentSpecSchema, new Map()).fields.find(({ name }) => name === "data")?.shape;
  if (data?.kind !== "map") throw new Error("the data of an environment is no map");
  return { ...data, names: VARIABLE };
}

const SPEC_OF_ENVIRONMENT: ShapeChange = { shapes: { data: variables() } };

/** An agent file: an Agent of the Stigmer API, with paths where the API has references only. */
export const AGENT_SHAPE: ObjectShape = shapeOfMessage(
  AgentSchema,
  new Map<string, ShapeChange>([
    [
      AgentSchema.typeName,
      {
        required: ["metadata"],
        shapes: { ...RESOURCE, kind: { kind: "constant", text: "Agent" } },
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
    [ApiResourceMetadataSchema.typeName, { someOf: ["name", "slug"] }],
    [AgentSpecSchema.typeName, { shapes: { skill_refs: SKILLS } }],
    [SubAgentSchema.typeName, { required: ["name"], shapes: { skill_refs: SKILLS } }],
    [EnvironmentSpecSchema.typeName, SPEC_OF_ENVIRONMENT],
    [McpServerDefinitionSchema.typeName, { required: ["name"] }],
    [StdioServerSchema.typeName, { required: ["command"] }],
    [HttpServerSchema.typeName, { required: ["url"], shapes: { timeout_seconds: SECONDS } }],
    [DockerServerSchema.typeName, { required: ["image"] }],
    [VolumeMountSchema.typeName, { required: ["host_path", "container_path"] }],
    [PortMappingSchema.typeName, { required: ["container_port"], shapes: { host_port: PORT, container_port: PORT } }],
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
