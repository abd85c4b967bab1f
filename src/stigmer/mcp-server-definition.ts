import type { McpServer } from "../definition/index.ts";
import type { McpServerDefinition } from "./wire.ts";

/** The contract's default for HTTP servers that name no timeout. */
const DEFAULT_TIMEOUT_MS = 30_000;

export function toMcpServer({ name, enabledTools, serverType }: McpServerDefinition): McpServer {
  switch (serverType.case) {
    case "stdio": {
      const { command, args, envPlaceholders, workingDir } = serverType.value;
      return { kind: "stdio", name, enabledTools, command, args, env: envPlaceholders, workingDirectory: workingDir };
    }
    case "http": {
      const { url, headers, queryParams, timeoutSeconds } = serverType.value;
      const timeoutMs = timeoutSeconds > 0 ? timeoutSeconds * 1_000 : DEFAULT_TIMEOUT_MS;
      return { kind: "http", name, enabledTools, url, headers, query: queryParams, timeoutMs };
    }
    case "docker": {
      const { image, args, envPlaceholders, volumes, network, ports, containerName } = serverType.value;
      return {
        kind: "docker",
        name,
        enabledTools,
        image,
        args,
        env: envPlaceholders,
        network,
        containerName,
        volumes: volumes.map(({ hostPath, containerPath, readOnly }) => ({ hostPath, containerPath, readOnly })),
        ports: ports.map(({ hostPort, containerPort, protocol }) => ({
          host: hostPort,
          container: containerPort,
          protocol,
        })),
      };
    }
    case undefined:
      return { kind: "unknown", name, enabledTools };
  }
}
