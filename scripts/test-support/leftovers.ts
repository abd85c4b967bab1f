/**
 * Containers and networks of a test run are labelled with the id of its process. What a killed test leaves behind is found
 * by that label, at the end of the run or at the start of the next one.
 */
import { output } from "./command.ts";
import { isAlive } from "./engine.ts";

export const RUN_LABEL = "agent-runner.test-run";

/** Removes the containers and networks of the given run, and of runs whose process has ended. */
export async function removeContainers(run: number): Promise<void> {
  const format = `{{.ID}} {{.Label "${RUN_LABEL}"}}`;
  const gone = (line: string) => {
    const owner = Number(line.split(" ")[1]);
    return owner === run || !isAlive(owner);
  };
  const list = async (what: string[]) =>
    ((await output(["docker", ...what, "--filter", `label=${RUN_LABEL}`, "--format", format])) ?? "")
      .split("\n")
      .filter((line) => line !== "" && gone(line))
      .map((line) => line.split(" ")[0] ?? "");
  const containers = await list(["ps", "--all"]);
  if (containers.length > 0) await output(["docker", "rm", "--force", "--volumes", ...containers]);
  const networks = await list(["network", "ls"]);
  if (networks.length > 0) await output(["docker", "network", "rm", ...networks]);
}
