import { humanSize } from "../../../shared/human-size.ts";
import { printable } from "../../../shared/printable.ts";
import { firstNames, plural } from "../../../shared/text.ts";
import type {
  CheckReport,
  EnvironmentReport,
  ServerReport,
  SkillReport,
  SubAgentReport,
  VariableReport,
} from "./report.ts";

/** A line and the lines below it. */
interface Branch {
  readonly text: string;
  readonly children: readonly Branch[];
}

/** How many names of a list are shown. */
const MAX_NAMES = 10;

/** A report as a tree for people, with the problems at its end. */
export function reportLines(report: CheckReport): string[] {
  const { agent, file, problems, warnings, withoutEffect, unchecked } = report;
  const organization = agent.organization === "" ? "" : ` of ${agent.organization}`;
  const tree = branch(`Agent ${agent.name || "without a name"}${organization} (${file})`, [
    leaf(`model: ${report.model ?? "the runner's default; choose another with --model"}`),
    leaf(`instructions: ${plural(agent.instructionsLength, "character")}`),
    ...group("skills", report.skills.map(skillBranch)),
    ...group("environments", report.environments.map(environmentBranch)),
    ...group(
      "variables",
      report.variables.map((variable) => leaf(variableText(variable))),
    ),
    ...group("MCP servers", report.mcpServers.map(serverBranch)),
    ...group("sub-agents", report.subAgents.map(subAgentBranch)),
  ]);
  return [
    ...(agent.name === "" ? [] : treeLines(tree)),
    ...(withoutEffect.length === 0 ? [] : [`no effect on the agent: ${listed(withoutEffect)}`]),
    ...unchecked.map((part) => `not checked: ${part}`),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...problems.map((problem) => `error: ${problem}`),
    report.valid ? "The file is valid." : `The file is not valid: ${plural(problems.length, "problem")}.`,
  ].map((line) => printable(line));
}

function skillBranch(skill: SkillReport): Branch {
  if (!("path" in skill)) {
    const version = skill.version === "" ? "latest version" : `version ${skill.version}`;
    const state = skill.found === undefined ? "not checked" : skill.found ? "the server has it" : "not on the server";
    return leaf(`${skill.name}: ${version}, ${state}`);
  }
  const { name, path, files, bytes, packedBytes, hash, executables, leftOut } = skill;
  return branch(`${name}: ${path}, ${plural(files, "file")}, ${humanSize(bytes)}, packed ${humanSize(packedBytes)}`, [
    leaf(`version ${hash}`),
    ...(executables.length === 0 ? [] : [leaf(`executable: ${listed(executables)}`)]),
    ...(leftOut.length === 0 ? [] : [leaf(`left out: ${listed(leftOut)}`)]),
  ]);
}

function environmentBranch({ name, from, variables }: EnvironmentReport): Branch {
  const count = variables === undefined ? "not checked" : plural(variables, "variable");
  return leaf(`${name}: from ${from === "file" ? "a file" : "the server"}, ${count}`);
}

function variableText({ name, secret, source }: VariableReport): string {
  return `${name}: ${secret ? "secret, " : ""}${source === undefined ? "without a value" : `from ${source}`}`;
}

function serverBranch({ name, type, target, notes, tools, variables }: ServerReport): Branch {
  return branch(`${name}: ${[`${type} ${target}`, ...notes].join(", ")}`, [
    leaf(`tools: ${toolsText(tools)}`),
    ...variables.map(({ name: variable, ...rest }) => leaf(`$\{${variableText({ ...rest, name: `${variable}}` })}`)),
  ]);
}

function subAgentBranch({ name, description, servers, skills }: SubAgentReport): Branch {
  const [firstLine = ""] = description.trim().split("\n");
  return branch(firstLine === "" ? name : `${name}: ${firstLine}`, [
    ...servers.map((server) => leaf(`MCP server ${server.name}: ${toolsText(server.tools)}`)),
    ...skills.map((skill) => leaf(`skill ${skill.name}${"path" in skill ? `: ${skill.path}` : ""}`)),
  ]);
}

function toolsText(tools: readonly string[]): string {
  return tools.length === 0 ? "all" : listed(tools);
}

function listed(names: readonly string[]): string {
  return firstNames(names, MAX_NAMES);
}

function branch(text: string, children: readonly Branch[]): Branch {
  return { text, children };
}

function leaf(text: string): Branch {
  return branch(text, []);
}

function group(text: string, children: readonly Branch[]): readonly Branch[] {
  return children.length === 0 ? [] : [branch(text, children)];
}

function treeLines({ text, children }: Branch): string[] {
  // A name with a line break must not look like another line of the tree.
  return [
    text.replaceAll(/\s+/g, " "),
    ...children.flatMap((child, index) => below(child, index === children.length - 1)),
  ];
}

function below(child: Branch, isLast: boolean): string[] {
  const [first = "", ...rest] = treeLines(child);
  return [`${isLast ? "└─" : "├─"} ${first}`, ...rest.map((line) => `${isLast ? "  " : "│ "} ${line}`)];
}
