import { withoutUrlSecrets } from "../../../config/index.ts";
import { variablesIn } from "../../../shared/placeholders.ts";
import { plural } from "../../../shared/text.ts";
import type { Agent, McpServerDefinition } from "../../../stigmer/index.ts";
import { placeholdersOf } from "../placeholders.ts";
import type { Path } from "../problem.ts";
import type { Variable } from "../variables.ts";
import type { Findings } from "./findings.ts";
import type { ServerReport, VariableReport } from "./report.ts";

/** Where a program of this machine is; undefined if it is nowhere. @param path replaces the PATH of this process */
export type FindCommand = (command: string, path?: string) => string | undefined;

interface Context {
  readonly variables: ReadonlyMap<string, Variable>;
  /** Whether the names of all variables are known, those of the server's environments too. */
  readonly areAllKnown: boolean;
  readonly which: FindCommand;
  readonly report: Findings;
}

/** What the MCP servers of an agent are, and where the variables in their texts come from. */
export function checkServers({ spec }: Agent, context: Context): ServerReport[] {
  return (spec?.mcpServers ?? []).map((server, index) => {
    const place = ["spec", "mcp_servers", index];
    warnOfProgram(server, place, context);
    return {
      name: server.name,
      ...targetOf(server),
      tools: server.enabledTools,
      variables: [...placeholdersOf(server)].map(([name, at]) => variable(name, [...place, ...at], context)),
    };
  });
}

/** The sandbox may be another machine, or have another PATH: nobody knows it before an execution. */
function warnOfProgram({ serverType }: McpServerDefinition, place: Path, { which, report }: Context): void {
  const advice = "install it where the agent's sandbox is. Without it, the agent works without this server";
  if (serverType.case === "docker" && which("docker") === undefined)
    report.warning(
      [...place, "docker"],
      `needs the program docker, which is not on the PATH of this machine: ${advice}`,
    );
  if (serverType.case !== "stdio") return;
  const { command, envPlaceholders } = serverType.value;
  // A relative path starts at the server's working directory, in the sandbox.
  const isRelative = command.includes("/") && !command.startsWith("/");
  const path = Object.hasOwn(envPlaceholders, "PATH") ? envPlaceholders["PATH"] : undefined;
  if (command.trim() === "" || isRelative || variablesIn(`${command} ${path ?? ""}`).length > 0) return;
  if (which(command, path) !== undefined) return;
  const where = command.startsWith("/") ? "no program of this machine" : "not on the PATH of this machine";
  const orPath = command.startsWith("/") ? "correct the path, or " : "give its path, or ";
  report.warning(
    [...place, "stdio", "command"],
    `is ${JSON.stringify(command)}, which is ${where}: ${orPath}${advice}`,
  );
}

function variable(name: string, at: Path, { variables, areAllKnown, report }: Context): VariableReport {
  const known = variables.get(name);
  if (known === undefined) {
    const text = `needs the variable ${JSON.stringify(name)}, which`;
    if (areAllKnown)
      report.problem(
        at,
        `${text} nothing declares: add it to spec.env_spec.data (without a value if it is given with each message), or to an environment`,
      );
    else report.warning(at, `${text} only an environment of the server can have`);
  }
  return { name, secret: known?.isSecret ?? false, source: known?.source };
}

type Target = Pick<ServerReport, "type" | "target" | "notes">;
type ServerOf<Kind> = Extract<McpServerDefinition["serverType"], { case: Kind }>["value"];

function targetOf({ serverType }: McpServerDefinition): Target {
  switch (serverType.case) {
    case "stdio":
      return stdioTarget(serverType.value);
    case "http": {
      const { url, timeoutSeconds, headers } = serverType.value;
      const names = Object.keys(headers);
      const notes = timeoutSeconds > 0 ? [`timeout ${timeoutSeconds} s`] : [];
      if (names.length > 0) notes.push(`headers ${names.join(", ")}`);
      // Variables in a query are shown beside it.
      return { type: "http", target: withoutUrlSecrets(url), notes };
    }
    case "docker":
      return dockerTarget(serverType.value);
    case undefined:
      return { type: "none", target: "", notes: [] };
  }
}

function stdioTarget({ command, args, workingDir }: ServerOf<"stdio">): Target {
  const notes = args.length === 0 ? [] : [plural(args.length, "argument")];
  if (workingDir !== "") notes.push(`in ${workingDir}`);
  return { type: "stdio", target: command, notes };
}

function dockerTarget({ image, network, volumes }: ServerOf<"docker">): Target {
  const notes = network === "" ? [] : [`network ${network}`];
  for (const { hostPath, readOnly } of volumes) notes.push(`mounts ${hostPath}${readOnly ? ", read-only" : ""}`);
  return { type: "docker", target: image, notes };
}
