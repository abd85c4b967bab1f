import {
  DOCKER_CLIENT_VARIABLE,
  DOCKER_CONTAINER_NAME,
  DOCKER_HOST_PORTS,
  DOCKER_IMAGE,
  DOCKER_NETWORK,
  DOCKER_PATH,
  DOCKER_PORTS,
  DOCKER_PROTOCOL,
} from "../../shared/docker-names.ts";
import { isCommandVariable, SYSTEM_VARIABLE } from "../../shared/variable-name.ts";
import { type Field, mapTexts } from "./fields.ts";
import type { DockerServer, HttpServer, KnownServer } from "./resolved-server.ts";

/** Something wrong with the definition of a server. It contains no values of variables. */
export interface Problem {
  /** A sentence that names the server and the field. */
  readonly text: string;
  /** What to do, as a sentence. */
  readonly remedy: string;
}

type Report = (field: Field, what: string, remedy: string) => void;

/**
 * What is wrong with a definition apart from its variables.
 * @param template the same with placeholders: what messages show
 */
export function checkServer(server: KnownServer, template: KnownServer): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (field, what, remedy) =>
    problems.push({
      text: `The MCP server ${JSON.stringify(server.name)} cannot be used: its field ${field} ${what}.`,
      remedy,
    });
  mapTexts(server, (text, field) => {
    if (text.includes("\0")) report(field, "contains a NUL character", "Remove it.");
    return text;
  });
  switch (server.kind) {
    case "stdio":
      if (server.command.trim() === "") report("command", "is empty", "Name the program that is the server.");
      checkEnv(server.env, report);
      break;
    case "http":
      checkHttp(server, template as HttpServer, report);
      break;
    case "docker":
      checkDocker(server, report);
      break;
  }
  return problems;
}

function checkEnv(env: Readonly<Record<string, string>>, report: Report): void {
  for (const name of Object.keys(env))
    if (!SYSTEM_VARIABLE.test(name))
      report(`env_placeholders.${name}`, "is no name of a variable", "Use letters, digits and underscores.");
}

function checkHttp({ url, headers }: HttpServer, template: HttpServer, report: Report): void {
  const shown = JSON.stringify(template.url);
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.hostname === "")
    report("url", `is ${shown}, which is no http or https URL`, "Write a URL such as https://example.com/mcp.");
  else if (parsed.username !== "" || parsed.password !== "")
    report("url", `(${shown}) contains a user name or a password`, "Send them in the header Authorization.");
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      report(
        `headers.${name}`,
        "is no valid HTTP header: its name or its value has characters that are not allowed",
        "Check the value of its variables for line ends and characters beyond Latin-1.",
      );
    }
  }
}

function checkDocker(server: DockerServer, report: Report): void {
  const { image, network, containerName, env } = server;
  if (!DOCKER_IMAGE.test(image)) report("image", "is no name of an image", "Write a name such as mcp/fetch:latest.");
  if (network !== "" && !DOCKER_NETWORK.test(network))
    report("network", "is no name of a network", "Name a network of Docker, or leave it empty.");
  if (containerName !== "" && !DOCKER_CONTAINER_NAME.test(containerName))
    report("container_name", "is no name of a container", "Use letters, digits, '_', '.' and '-', or leave it empty.");
  for (const name of Object.keys(env)) {
    const field = `env_placeholders.${name}`;
    if (!isCommandVariable(name)) report(field, "is no name of a variable", "Use letters, digits and underscores.");
    else if (DOCKER_CLIENT_VARIABLE.test(name))
      report(field, "is a variable of the docker client itself", "Set it in the image, or with args.");
  }
  checkMappings(server, report);
}

function checkMappings({ volumes, ports }: DockerServer, report: Report): void {
  for (const [index, { hostPath, containerPath }] of volumes.entries()) {
    if (hostPath.trim() === "")
      report(
        `volumes[${index}].host_path`,
        "is empty",
        "Name a directory or a file; relative paths start at the sandbox's root.",
      );
    if (!DOCKER_PATH.test(containerPath))
      report(`volumes[${index}].container_path`, "is no absolute path", "Write a path that begins with '/'.");
  }
  for (const [index, { host, container, protocol }] of ports.entries()) {
    if (!isWithin(host, DOCKER_HOST_PORTS))
      report(
        `ports[${index}].host_port`,
        "is not between 0 and 65535",
        "Correct it, or leave it out: the engine chooses one.",
      );
    if (!isWithin(container, DOCKER_PORTS))
      report(`ports[${index}].container_port`, "is not between 1 and 65535", "Correct it.");
    if (!DOCKER_PROTOCOL.test(protocol))
      report(`ports[${index}].protocol`, "is none of tcp, udp and sctp", "Use one of these, or leave it empty.");
  }
}

function isWithin(port: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return Number.isInteger(port) && port >= min && port <= max;
}
