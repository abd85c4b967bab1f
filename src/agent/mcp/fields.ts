import type { KnownServer } from "./resolved-server.ts";

/** Where a text stands in the definition of a server, in the contract's names: `args[0]`, `headers.Authorization`. */
export type Field = string;

type MapText = (text: string, field: Field) => string;

/** The same server with other texts. Its name, its tools and the names in its maps stay as they are. */
export function mapTexts(server: KnownServer, map: MapText): KnownServer {
  switch (server.kind) {
    case "stdio":
      return {
        ...server,
        command: map(server.command, "command"),
        args: mapList(server.args, "args", map),
        env: mapValues(server.env, "env_placeholders", map),
        workingDirectory: map(server.workingDirectory, "working_dir"),
      };
    case "http":
      return {
        ...server,
        url: map(server.url, "url"),
        headers: mapValues(server.headers, "headers", map),
        query: mapValues(server.query, "query_params", map),
      };
    case "docker":
      return {
        ...server,
        image: map(server.image, "image"),
        args: mapList(server.args, "args", map),
        env: mapValues(server.env, "env_placeholders", map),
        volumes: server.volumes.map((volume, index) => ({
          ...volume,
          hostPath: map(volume.hostPath, `volumes[${index}].host_path`),
          containerPath: map(volume.containerPath, `volumes[${index}].container_path`),
        })),
        network: map(server.network, "network"),
        containerName: map(server.containerName, "container_name"),
      };
  }
}

function mapList(texts: readonly string[], field: Field, map: MapText): string[] {
  return texts.map((text, index) => map(text, `${field}[${index}]`));
}

function mapValues(texts: Readonly<Record<string, string>>, field: Field, map: MapText): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, map(text, `${field}.${name}`)]));
}
