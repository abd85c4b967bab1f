import { stat } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { create, fromJson, type JsonObject } from "@bufbuild/protobuf";
import { isRecord } from "../../shared/is-record.ts";
import { type Agent, AgentSchema } from "../../stigmer/index.ts";
import { ClientError } from "../client-error.ts";
import { readStandardInput, STANDARD_INPUT } from "../standard-input.ts";
import { checkAgent } from "./check-agent.ts";
import { conform } from "./conform.ts";
import { type ParsedFile, parseFile } from "./document.ts";
import { type LoadedEnvironment, loadEnvironments } from "./load-environments.ts";
import { loadSkills } from "./load-skills.ts";
import { AgentFileError, type Path, type Problem } from "./problem.ts";
import { MAX_BYTES, type Reading, readFileText } from "./read-file.ts";
import { skillPaths, withSkillReferences } from "./references.ts";
import { AGENT_SHAPE } from "./shapes.ts";
import type { PackedSkill } from "./skill-folder.ts";
import { fieldsWithoutEffect } from "./without-effect.ts";

const KIND = "Agent";
const FORM = "An agent is YAML or JSON with `metadata: {name: …}` and `spec: {instructions: …}`.";

/** A file with an agent, and the files that it names. */
export interface LoadedAgentFile {
  /** As the user named it. */
  readonly file: string;
  /** The agent; skills from folders are named by their slugs. */
  readonly agent: Agent;
  /** The skills from folders, by their paths in the file. */
  readonly skills: ReadonlyMap<string, PackedSkill>;
  /** In their order. */
  readonly environments: readonly LoadedEnvironment[];
  /** The agent with its skills in these versions. @param versions by the paths in the file */
  withVersions(versions: ReadonlyMap<string, SkillOnServer>): Agent;
}

/** A version of a skill on a server. */
export interface SkillOnServer {
  readonly org: string;
  readonly slug: string;
  /** SHA-256 of its zip. */
  readonly hash: string;
}

/** What was found in a file, also if something in it is wrong. */
export interface Inspection extends LoadedAgentFile {
  readonly problems: readonly Problem[];
  /** The place of a part of the agent file. */
  problem(path: Path, text: string): Problem;
  /** Absolute paths of what was read. */
  readonly sources: Sources;
  /** Fields that are given and change nothing about the agent. */
  readonly withoutEffect: readonly string[];
}

export interface Sources {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Reads an agent file and what it names. The file may be a pipe, and `-` is standard input.
 * @throws AgentFileError with all that is wrong; ClientError if the file cannot be read; the signal's reason
 */
export async function loadAgentFile(file: string, signal: AbortSignal, reading?: Reading): Promise<LoadedAgentFile> {
  const inspection = await inspectAgentFile(file, signal, reading);
  if (inspection.problems.length > 0) throw new AgentFileError(inspection.file, inspection.problems);
  return inspection;
}

/**
 * Reads as much as possible of an agent file and of what it names.
 * @throws ClientError if the file cannot be read, or is no YAML or JSON with an agent; the signal's reason
 */
export async function inspectAgentFile(path: string, signal: AbortSignal, reading: Reading = {}): Promise<Inspection> {
  const isInput = path === STANDARD_INPUT;
  const file = isInput ? "standard input" : path;
  const name = isInput ? "The agent on standard input" : `The agent file ${file}`;
  const text = isInput ? await readInput(reading, signal) : await readFileText(file, name, signal, reading);
  const parsed = parseFile(text, file);
  if (!("value" in parsed)) throw new AgentFileError(file, parsed);
  refuseOtherKinds(parsed, name);
  const problems: Problem[] = [];
  const report = (path: Path, text: string) => void problems.push(parsed.problem(path, text));
  const conformed = conform(parsed.value, AGENT_SHAPE, [], report);
  const { $schema: _, environmentRefs = [], ...json } = isRecord(conformed) ? (conformed as JsonObject) : {};

  const folder = await folderOf(path);
  const ownFiles = isInput ? [] : [resolve(path)];
  const paths = skillPaths(json);
  const { skills, folders } = await loadSkills(paths, folder, report, signal);
  const agent = agentFrom(json, (path) => ({ slug: skills.get(path)?.name ?? "" }));
  const context = { agent, folder, signal, reading, report, problems };
  const { environments, files } = await loadEnvironments(environmentRefs, context);
  checkAgent(agent, report);
  for (const [path, skill] of skills)
    for (const source of [...ownFiles, ...files])
      if (source.startsWith(`${skill.folder}${sep}`))
        report(
          paths.find((reference) => reference.path === path)?.at ?? [],
          `leads to a folder with ${source} in it, which would be pushed with the skill: move the skill into a folder of its own`,
        );
  return {
    file,
    agent,
    skills,
    environments,
    problems,
    problem: parsed.problem,
    sources: { files: [...ownFiles, ...files], folders },
    withoutEffect: fieldsWithoutEffect(parsed.value, AGENT_SHAPE),
    withVersions: (versions) =>
      agentFrom(json, (path) => {
        const { org = "", slug = "", hash = "" } = versions.get(path) ?? {};
        return { org, slug, version: hash };
      }),
  };
}

function agentFrom(json: JsonObject, reference: (path: string) => JsonObject): Agent {
  const agent = withSkillReferences(json, (path) => ({ kind: "skill", ...reference(path) }));
  return Object.keys(agent).length === 0 ? create(AgentSchema) : fromJson(AgentSchema, agent);
}

/** Rejects files that contain something else, before each of their fields is found wrong. @throws ClientError */
function refuseOtherKinds({ value }: ParsedFile, name: string): void {
  if (value === null || value === undefined) throw new ClientError(`${name} is empty. ${FORM}`);
  if (!isRecord(value)) throw new ClientError(`${name} is not an Agent: it is no object with fields. ${FORM}`);
  const kind = value["kind"];
  if (typeof kind !== "string" || kind === "" || kind === KIND) return;
  throw new ClientError(
    `${name} is not an Agent: its kind is ${JSON.stringify(kind)}. Expected: kind ${KIND}, or none. Name the file of an agent.`,
  );
}

async function readInput({ stdin, tell }: Reading, signal: AbortSignal): Promise<string> {
  if (stdin === undefined)
    throw new ClientError("Standard input can be read only once: name a file, since it is read again.");
  const source = { stdin, tell: tell ?? (() => undefined) };
  return await readStandardInput(source, "agent", "run --check - <agent.yaml", MAX_BYTES, signal);
}

/** What paths in the file are relative to: its folder, or the working directory if it is a pipe or has no place. */
async function folderOf(file: string): Promise<string> {
  // `/dev/stdin` may be a file, but it is not where the user keeps it.
  if (file === STANDARD_INPUT || /^\/(dev|proc)\//.test(file)) return resolve(".");
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile ? dirname(resolve(file)) : resolve(".");
}
