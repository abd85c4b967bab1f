import type { StructuredToolInterface } from "@langchain/core/tools";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { isRecord } from "../../shared/is-record.ts";

/** A tool that the model need not see from the start. */
export interface SearchableTool {
  readonly tool: StructuredToolInterface;
  /** Where it comes from, as the agent's definition names it. */
  readonly server: string;
}

/** A parameter of a tool, as a search knows and shows it. */
export interface Parameter {
  readonly name: string;
  /** As in `string` or `string[]`; empty if the schema does not say. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

/** The parameters of a tool, required ones first. What is no usable schema has none. */
export function parametersOf({ tool }: SearchableTool): Parameter[] {
  const schema = record(jsonSchema(tool.schema));
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const all = Object.entries(record(schema["properties"])).map(([name, value]): Parameter => {
    const property = record(value);
    const { description } = property;
    return {
      name,
      type: typeName(property),
      isRequired: required.includes(name),
      description: typeof description === "string" ? description : "",
    };
  });
  return [...all.filter((one) => one.isRequired), ...all.filter((one) => !one.isRequired)];
}

function jsonSchema(schema: StructuredToolInterface["schema"]): unknown {
  try {
    return toJsonSchema(schema);
  } catch {
    // A schema with transformations has no JSON form; the tool is still found by its name and description.
    return {};
  }
}

/** Most values of an enumeration that are shown. */
const VALUES_SHOWN = 6;

function typeName(property: Readonly<Record<string, unknown>>): string {
  const { type, items, enum: values } = property;
  if (Array.isArray(values)) {
    const shown = values.slice(0, VALUES_SHOWN).map((value) => JSON.stringify(value));
    return [...shown, ...(values.length > VALUES_SHOWN ? ["…"] : [])].join(" | ");
  }
  if (type === "array") {
    const item = typeName(record(items));
    return item === "" ? "array" : `${item}[]`;
  }
  if (Array.isArray(type)) return type.filter((one) => one !== "null").join(" | ");
  return typeof type === "string" ? type : "";
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
