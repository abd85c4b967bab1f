import { normalize, resolve } from "node:path";
import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { sha256 } from "../../shared/sha256.ts";
import {
  type Agent,
  ApiResourceMetadataSchema,
  type ApiResourceReference,
  ApiResourceReferenceSchema,
  type Environment,
  type EnvironmentValue,
} from "../../stigmer/index.ts";
import { ClientError } from "../client-error.ts";
import type { Report } from "./conform.ts";
import { parseEnvironment } from "./environment-file.ts";
import type { Problem } from "./problem.ts";
import { type Reading, readFileText } from "./read-file.ts";
import { listOf, objectOf, type PathReference, pathsIn } from "./references.ts";

/** Hexadecimal digits of the hash in an environment's name. */
const HASH_LENGTH = 8;

/** An environment that a file names. */
export interface LoadedEnvironment {
  /** What people know it by: its path or its slug. */
  readonly label: string;
  /** Its variables; undefined if only the server knows them. */
  readonly data: Readonly<Record<string, EnvironmentValue>> | undefined;
  /** What is applied, if it comes from a file. */
  readonly environment: Environment | undefined;
  /** The server's, if it does not come from a file. */
  readonly reference: ApiResourceReference | undefined;
}

interface Context {
  readonly agent: Agent;
  /** What paths are relative to. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly reading: Reading;
  readonly report: Report;
  /** Problems of other files are added. */
  readonly problems: Problem[];
}

/** The environments of a file, in their order. @returns also the absolute paths of the files */
export async function loadEnvironments(
  references: JsonValue,
  context: Context,
): Promise<{ environments: LoadedEnvironment[]; files: string[] }> {
  const paths = new Map(pathsIn(references, ["environment_refs"]).map((found) => [found.at[1], found]));
  const environments: LoadedEnvironment[] = [];
  const names = new Set<string>();
  for (const [index, value] of listOf(references).entries()) {
    const path = paths.get(index);
    const loaded = path === undefined ? fromServer(value) : await fromFile(path, context);
    if (loaded === undefined) continue;
    const { name = "", slug = "" } = loaded.environment?.metadata ?? {};
    const key = slug || name;
    if (key !== "" && names.has(key))
      context.report(["environment_refs", index], `has the name ${key}, as another one does: rename one`);
    names.add(key);
    environments.push(loaded);
  }
  return { environments, files: [...paths.values()].map(({ path }) => resolve(context.folder, path)) };
}

function fromServer(value: JsonValue): LoadedEnvironment | undefined {
  const json = objectOf(value);
  if (json?.["slug"] === undefined) return undefined;
  const reference = fromJson(ApiResourceReferenceSchema, { ...json, kind: "environment" });
  return { label: reference.slug, data: undefined, environment: undefined, reference };
}

async function fromFile(
  { path, isSecret, at }: PathReference,
  { agent, folder, signal, reading, report, problems }: Context,
): Promise<LoadedEnvironment | undefined> {
  const file = resolve(folder, path);
  let text: string;
  try {
    text = await readFileText(file, "the file", signal, reading);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    report(at, `leads to ${file}, but ${error.message.replace(/\.$/, "")}`);
    return undefined;
  }
  const parsed = parseEnvironment(text, path, isSecret);
  problems.push(...parsed.problems);
  const environment = named(parsed.environment, agent, path);
  return { label: path, data: environment.spec?.data ?? {}, environment, reference: undefined };
}

/**
 * An environment needs a name that no other agent's environment has, and the owner of the agent. The words alone do not
 * tell `a/b.env` of the agent `x` from `b.env` of the agent `x-a`: a hash does.
 */
function named(environment: Environment, { metadata: owner }: Agent, path: string): Environment {
  const metadata = environment.metadata ?? create(ApiResourceMetadataSchema);
  const { org = "", ownerScope = 0 } = owner ?? {};
  const own = { ...metadata, org: metadata.org || org, ownerScope: metadata.ownerScope || ownerScope };
  if (metadata.name !== "" || metadata.slug !== "") return { ...environment, metadata: own };
  const parts = [wordsOf(owner?.slug || owner?.name || "agent"), normalize(path)] as const;
  const hash = sha256(JSON.stringify(parts)).slice(0, HASH_LENGTH);
  const name = [...parts.map(wordsOf), hash].filter((word) => word !== "").join("-");
  return { ...environment, metadata: { ...own, name } };
}

function wordsOf(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join("-");
}
