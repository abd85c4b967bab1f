/** What a file says, and what is wrong with it. It contains no values of variables. */
export interface CheckReport {
  readonly file: string;
  readonly valid: boolean;
  readonly agent: { readonly name: string; readonly organization: string; readonly instructionsLength: number };
  /** Absent: the runner's default. */
  readonly model: string | undefined;
  readonly skills: readonly SkillReport[];
  readonly environments: readonly EnvironmentReport[];
  readonly variables: readonly VariableReport[];
  readonly mcpServers: readonly ServerReport[];
  readonly subAgents: readonly SubAgentReport[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Fields that are given and change nothing about the agent, such as `spec.description`. */
  readonly withoutEffect: readonly string[];
  /** What could not be checked, and why. */
  readonly unchecked: readonly string[];
}

export type SkillReport =
  | {
      readonly name: string;
      readonly path: string;
      readonly files: number;
      readonly bytes: number;
      readonly packedBytes: number;
      readonly hash: string;
      readonly executables: readonly string[];
      readonly leftOut: readonly string[];
    }
  /** One of the server; `found` is absent if that was not checked. */
  | { readonly name: string; readonly version: string; readonly found: boolean | undefined };

export interface EnvironmentReport {
  readonly name: string;
  readonly from: "file" | "server";
  /** Absent if the server was not asked. */
  readonly variables: number | undefined;
}

export interface VariableReport {
  readonly name: string;
  readonly secret: boolean;
  /** Absent: it is only declared. */
  readonly source: string | undefined;
}

export interface ServerReport {
  readonly name: string;
  readonly type: "stdio" | "http" | "docker" | "none";
  /** The command, the address or the image. */
  readonly target: string;
  /** Empty: all. */
  readonly tools: readonly string[];
  /** The variables in its texts. */
  readonly variables: readonly VariableReport[];
  /** What to know about it. */
  readonly notes: readonly string[];
}

export interface SubAgentReport {
  readonly name: string;
  readonly description: string;
  readonly servers: readonly { readonly name: string; readonly tools: readonly string[] }[];
  readonly skills: readonly SkillReport[];
}
