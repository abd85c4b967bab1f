import { resolve } from "node:path";
import type { ProgramRequest } from "../../sandbox/index.ts";
import type { DockerServer } from "./resolved-server.ts";

/** What the container of a server may use. */
const CONTAINER_LIMITS = { memory: "2g", processes: 1_024 } as const;

/** The label that names the container of one program: a name may belong to a container of somebody else. */
const CONTAINER_LABEL = "agent-runner.program";

/**
 * A container as a program of the sandbox: the docker client connects its pipes. Values of variables are in the
 * environment of the client, never among its arguments, which other processes see.
 * @param root of the sandbox: relative host paths start there
 */
export function dockerProgram(server: DockerServer, root: string): ProgramRequest {
  const id = crypto.randomUUID();
  const { image, args, env, network, containerName, volumes, ports } = server;
  const options = [
    ["--name", containerName === "" ? `agent-runner-${id}` : containerName],
    ["--label", `${CONTAINER_LABEL}=${id}`],
    // Its first process passes signals on, and reaps what others leave.
    ["--init"],
    ["--memory", CONTAINER_LIMITS.memory],
    ["--pids-limit", String(CONTAINER_LIMITS.processes)],
    ...(network === "" ? [] : [["--network", network]]),
    ...Object.keys(env).map((name) => ["--env", name]),
    ...volumes.map((volume) => ["--mount", mount(volume, root)]),
    ...ports.map(({ host, container, protocol }) => [
      "--publish",
      `${host}:${container}${protocol === "" ? "" : `/${protocol.toLowerCase()}`}`,
    ]),
  ];
  return {
    command: "docker",
    args: ["run", "--interactive", "--rm", ...options.flat(), image, ...args],
    env,
    workingDirectory: "",
    // The container outlives its client, if that is killed or the server ignores the end of its input.
    cleanup: `ids=$(docker ps --all --quiet --filter 'label=${CONTAINER_LABEL}=${id}') && [ -z "$ids" ] || docker rm --force $ids`,
  };
}

/** Unlike `--volume`, this never creates a directory that does not exist. */
function mount({ hostPath, containerPath, readOnly }: DockerServer["volumes"][number], root: string): string {
  const fields = ["type=bind", `source=${resolve(root, hostPath)}`, `target=${containerPath}`];
  if (readOnly) fields.push("readonly");
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}
