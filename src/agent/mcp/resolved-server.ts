import type { McpServer } from "../../definition/index.ts";

/** A server of a type that this version can use. */
export type KnownServer = Exclude<McpServer, { readonly kind: "unknown" }>;
export type StdioServer = Extract<McpServer, { readonly kind: "stdio" }>;
export type HttpServer = Extract<McpServer, { readonly kind: "http" }>;
export type DockerServer = Extract<McpServer, { readonly kind: "docker" }>;

/** A server whose definition was checked. */
export interface ResolvedServer<S extends KnownServer = KnownServer> {
  /** Its definition, with the values of variables. */
  readonly server: S;
  /** Its definition as it was written: it contains no values of secrets. */
  readonly template: S;
}

export function isKind<K extends KnownServer["kind"]>(
  resolved: ResolvedServer,
  kind: K,
): resolved is ResolvedServer<Extract<KnownServer, { readonly kind: K }>> {
  return resolved.server.kind === kind;
}
