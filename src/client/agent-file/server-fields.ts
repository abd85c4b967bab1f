import {
  isDockerContainerName,
  isDockerImage,
  isDockerNetwork,
  isDockerPort,
  isDockerProtocol,
} from "../../shared/docker-names.ts";
import type { McpServerDefinition } from "../../stigmer/index.ts";
import type { Report } from "./conform.ts";
import type { Path } from "./problem.ts";

type ServerOf<Kind> = Extract<McpServerDefinition["serverType"], { case: Kind }>["value"];

/** Reports what no MCP server can have. A text with a variable may become anything. */
export function checkServerFields(servers: readonly McpServerDefinition[], report: Report): void {
  for (const [index, { serverType }] of servers.entries()) {
    const at = ["spec", "mcp_servers", index];
    if (serverType.case === "http") checkUrl(serverType.value.url, [...at, "http", "url"], report);
    if (serverType.case === "docker") checkDocker(serverType.value, [...at, "docker"], report);
  }
}

function checkUrl(url: string, at: Path, report: Report): void {
  if (!isKnown(url)) return;
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    report(at, "must be a URL that begins with http:// or https://");
  else if (parsed.username !== "" || parsed.password !== "")
    report(at, "contains a user name or a password: send them in the header Authorization");
}

function checkDocker(
  { image, network, containerName, volumes, ports }: ServerOf<"docker">,
  at: Path,
  report: Report,
): void {
  if (isKnown(image) && !isDockerImage(image))
    report([...at, "image"], "is no name of an image: write a name such as mcp/fetch:latest");
  if (isKnown(network) && !isDockerNetwork(network)) report([...at, "network"], "is no name of a network of Docker");
  if (isKnown(containerName) && !isDockerContainerName(containerName))
    report([...at, "container_name"], "is no name of a container: use letters, digits, '_', '.' and '-'");
  for (const [index, { containerPath }] of volumes.entries())
    if (isKnown(containerPath) && !containerPath.startsWith("/"))
      report([...at, "volumes", index, "container_path"], "is no absolute path: write one that begins with /");
  for (const [index, { containerPort, protocol }] of ports.entries()) {
    if (!isDockerPort(containerPort)) report([...at, "ports", index], "needs a container_port from 1 to 65535");
    if (!isDockerProtocol(protocol)) report([...at, "ports", index, "protocol"], "must be tcp, udp or sctp");
  }
}

/** Whether a text is given, and has no variable in it. */
function isKnown(text: string): boolean {
  return text !== "" && !text.includes("${");
}
