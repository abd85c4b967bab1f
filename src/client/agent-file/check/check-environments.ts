import { create } from "@bufbuild/protobuf";
import { EnvironmentValueSchema } from "../../../stigmer/index.ts";
import type { LoadedAgentFile } from "../load.ts";
import type { LoadedEnvironment } from "../load-environments.ts";
import type { Findings } from "./findings.ts";
import type { ServerLookup } from "./on-server.ts";
import type { EnvironmentReport } from "./report.ts";

/** What the environments of a file lead to. @returns also the environments, with the names that the server knows */
export async function checkEnvironments(
  { environments }: LoadedAgentFile,
  lookup: ServerLookup,
  { problem }: Findings,
): Promise<{ environments: LoadedEnvironment[]; reports: EnvironmentReport[] }> {
  const known: LoadedEnvironment[] = [];
  const reports: EnvironmentReport[] = [];
  for (const [index, environment] of environments.entries()) {
    const { label, reference, data } = environment;
    if (reference === undefined) {
      known.push(environment);
      reports.push({ name: label, from: "file", variables: Object.keys(data ?? {}).length });
      continue;
    }
    const found = await lookup.variables(reference);
    if (found === "missing") problem(["environment_refs", index], "names an environment that the server does not have");
    const names = found === "missing" ? new Map<string, boolean>() : found;
    reports.push({ name: label, from: "server", variables: names?.size });
    known.push({ ...environment, data: names === undefined ? undefined : withoutValues(names) });
  }
  return { environments: known, reports };
}

function withoutValues(names: ReadonlyMap<string, boolean>): NonNullable<LoadedEnvironment["data"]> {
  return Object.fromEntries([...names].map(([name, isSecret]) => [name, create(EnvironmentValueSchema, { isSecret })]));
}
