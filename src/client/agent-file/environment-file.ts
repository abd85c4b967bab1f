import { extname } from "node:path";
import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { parseEnvFile } from "../../config/index.ts";
import { type Environment, EnvironmentSchema, EnvironmentValueSchema } from "../../stigmer/index.ts";
import { conform } from "./conform.ts";
import { parseFile } from "./document.ts";
import type { Problem } from "./problem.ts";
import { ENVIRONMENT_SHAPE } from "./shapes.ts";

/** These contain an Environment; all others contain lines of NAME=value. */
const RESOURCE_ENDINGS: ReadonlySet<string> = new Set([".yaml", ".yml", ".json"]);

/** A file's text as an environment, or what is wrong with it. The environment may have no name. */
export interface ParsedEnvironment {
  readonly environment: Environment;
  readonly problems: readonly Problem[];
}

/**
 * Parses a file with an environment.
 * @param name the file, for messages
 * @param isSecret whether the values of NAME=value lines are secrets; absent: they are
 */
export function parseEnvironment(text: string, name: string, isSecret: boolean | undefined): ParsedEnvironment {
  if (!isResource(name)) return fromLines(text, name, isSecret ?? true);
  const empty = create(EnvironmentSchema);
  const parsed = parseFile(text, name);
  if (!("value" in parsed)) return { environment: empty, problems: parsed };
  const problems: Problem[] = [];
  const report = (path: readonly (string | number)[], problem: string) => problems.push(parsed.problem(path, problem));
  if (isSecret !== undefined) report([], "says of each value whether it is a secret: remove is_secret beside its path");
  const json = conform(parsed.value, ENVIRONMENT_SHAPE, [], report);
  return { environment: json === undefined ? empty : environmentFrom(json), problems };
}

/** Whether a file contains an Environment, by the ending of its name. */
function isResource(file: string): boolean {
  return RESOURCE_ENDINGS.has(extname(file).toLowerCase());
}

function environmentFrom(json: JsonValue): Environment {
  return fromJson(EnvironmentSchema, json);
}

function fromLines(text: string, name: string, isSecret: boolean): ParsedEnvironment {
  const parsed = parseEnvFile(text);
  const problems = parsed.malformed.map(
    ({ line, problem }): Problem => ({ file: name, line, text: `the line ${problem}` }),
  );
  const values = Object.entries(parsed.values).map(
    ([variable, value]) => [variable, create(EnvironmentValueSchema, { value, isSecret })] as const,
  );
  return { environment: create(EnvironmentSchema, { spec: { data: Object.fromEntries(values) } }), problems };
}
