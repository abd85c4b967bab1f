interface McpServerBase {
  /** Unique among the servers of an agent. */
  readonly name: string;
  /** The tools that the agent may use; empty: all. */
  readonly enabledTools: readonly string[];
}

/** A child process that speaks MCP on its standard input and output. */
interface StdioServer extends McpServerBase {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Empty: the root of the sandbox. */
  readonly workingDirectory: string;
}

/** A server that speaks streamable HTTP. */
interface HttpServer extends McpServerBase {
  readonly kind: "http";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A container that speaks MCP on its standard input and output. */
interface DockerServer extends McpServerBase {
  readonly kind: "docker";
  readonly image: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly volumes: readonly {
    readonly hostPath: string;
    readonly containerPath: string;
    readonly readOnly: boolean;
  }[];
  /** Empty: the engine's default. */
  readonly network: string;
  readonly ports: readonly { readonly host: number; readonly container: number; readonly protocol: string }[];
  /** Empty: the engine chooses. */
  readonly containerName: string;
}

/** A server of a type that this version does not know. */
interface UnknownServer extends McpServerBase {
  readonly kind: "unknown";
}

/** A server whose tools an agent may use. `${NAME}` in its texts stands for a variable of the execution's environment. */
export type McpServer = StdioServer | HttpServer | DockerServer | UnknownServer;
