import { isCommandVariable } from "../../../shared/variable-name.ts";
import type { StigmerClient } from "../../../stigmer/index.ts";
import { type Inspection, inspectAgentFile } from "../load.ts";
import { AgentFileError, type Problem, problemLines } from "../problem.ts";
import type { Reading } from "../read-file.ts";
import { type GivenVariables, variablesOf } from "../variables.ts";
import { checkEnvironments } from "./check-environments.ts";
import { checkServers, type FindCommand } from "./check-servers.ts";
import { checkSkills } from "./check-skills.ts";
import { ServerLookup } from "./on-server.ts";
import type { CheckReport, SubAgentReport } from "./report.ts";

export interface CheckOptions {
  readonly reading?: Reading;
  readonly signal: AbortSignal;
  /** The server, which is asked only for what the file does not contain. */
  readonly client: () => StigmerClient;
  /** The model that would be asked for. */
  readonly model: string | undefined;
  /** Variables that would be given with the message. */
  readonly given: GivenVariables;
  readonly which: FindCommand;
}

/**
 * Checks an agent file and says what each part of it leads to. Nothing is started, and nothing is stored.
 * @throws ClientError if the file cannot be read, or contains something else; the signal's reason
 */
export async function checkAgentFile(file: string, options: CheckOptions): Promise<CheckReport> {
  const found = await inspected(file, options);
  if (!("agent" in found)) return unreadable(file, options, found);
  const { agent, problem } = found;
  const problems = [...found.problems];
  const warnings: Problem[] = [];
  const lookup = new ServerLookup(options.client, options.signal);
  const report = {
    problem: (...at: Parameters<typeof problem>) => void problems.push(problem(...at)),
    warning: (...at: Parameters<typeof problem>) => void warnings.push(problem(...at)),
  };

  const skills = await checkSkills(agent.spec?.skillRefs ?? [], ["spec", "skill_refs"], found, lookup, report);
  const { environments, reports } = await checkEnvironments(found, lookup, report);
  const variables = variablesOf(agent, environments, options.given);
  const areAllKnown = environments.every(({ data }) => data !== undefined);
  for (const name of variables.keys())
    if (!isCommandVariable(name))
      report.warning(
        [],
        `has a variable ${JSON.stringify(name)} that commands do not get: shells cannot read such a name`,
      );
  for (const { name, source } of variables.values())
    if (source === undefined && areAllKnown)
      report.warning(
        ["spec", "env_spec", "data", name],
        "has no value: give it with --env or --secret-env, or in an environment",
      );
  const mcpServers = checkServers(agent, { variables, areAllKnown, which: options.which, report });
  const subAgents: SubAgentReport[] = [];
  for (const [index, subAgent] of (agent.spec?.subAgents ?? []).entries()) {
    const at = ["spec", "sub_agents", index];
    if (subAgent.description.trim() === "")
      report.warning(at, "has no description: the agent reads there what to delegate to it");
    if (subAgent.instructions.trim() === "") report.warning(at, "has no instructions");
    subAgents.push({
      name: subAgent.name,
      description: subAgent.description,
      servers: subAgent.mcpServers.map((name) => ({ name, tools: toolsOf(agent, subAgent, name) })),
      skills: await checkSkills(subAgent.skillRefs, [...at, "skill_refs"], found, lookup, report),
    });
  }
  const instructionsLength = agent.spec?.instructions.length ?? 0;
  if (instructionsLength === 0)
    report.warning(["spec", "instructions"], "is empty: the agent is not told what it is for");
  return {
    file: found.file,
    valid: problems.length === 0,
    agent: {
      name: agent.metadata?.name || agent.metadata?.slug || "",
      organization: agent.metadata?.org ?? "",
      instructionsLength,
    },
    model: options.model,
    skills,
    environments: reports,
    variables: [...variables.values()].map(({ name, source, isSecret }) => ({ name, source, secret: isSecret })),
    mcpServers,
    subAgents,
    problems: problemLines(problems),
    warnings: problemLines(warnings),
    withoutEffect: found.withoutEffect,
    unchecked: uncheckedParts(found, lookup),
  };
}

type Agent = Inspection["agent"];
type SubAgent = NonNullable<Agent["spec"]>["subAgents"][number];

/** The tools of a server that a sub-agent may use; empty: all. */
function toolsOf({ spec }: Agent, { mcpToolSelections }: SubAgent, server: string): readonly string[] {
  const selected = Object.hasOwn(mcpToolSelections, server) ? (mcpToolSelections[server]?.enabledTools ?? []) : [];
  if (selected.length > 0) return selected;
  return spec?.mcpServers.find(({ name }) => name === server)?.enabledTools ?? [];
}

/** A file that is no YAML has problems only. */
async function inspected(file: string, { signal, reading }: CheckOptions): Promise<Inspection | readonly Problem[]> {
  try {
    return await inspectAgentFile(file, signal, reading);
  } catch (error) {
    if (error instanceof AgentFileError) return error.problems;
    throw error;
  }
}

function unreadable(file: string, { model }: CheckOptions, problems: readonly Problem[]): CheckReport {
  return {
    file,
    valid: false,
    agent: { name: "", organization: "", instructionsLength: 0 },
    model,
    skills: [],
    environments: [],
    variables: [],
    mcpServers: [],
    subAgents: [],
    problems: problemLines(problems),
    warnings: [],
    withoutEffect: [],
    unchecked: ["everything else: the file cannot be parsed"],
  };
}

function uncheckedParts({ agent }: Inspection, { failure, skipped }: ServerLookup): string[] {
  const unchecked: string[] = [];
  if ((agent.spec?.mcpServers.length ?? 0) > 0)
    unchecked.push("whether the MCP servers start, and which tools they have: nothing is started");
  if (failure !== undefined) unchecked.push(`what the server has (${skipped.join(", ")}): ${failure}`);
  return unchecked;
}
