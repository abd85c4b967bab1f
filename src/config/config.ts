import type { LogFormat, LogLevel } from "../shared/log-names.ts";
import type { MemorySize } from "./parsers/memory-size.ts";
import type { ORPHAN_COLLECTION, Provider, STREAMING } from "./settings/index.ts";

export interface TemporalConfig {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly maxConcurrency: number;
  /** Absent: plaintext. */
  readonly tls?: TemporalTlsConfig;
  readonly apiKey?: string;
  /** Absent: no worker versioning. */
  readonly deploymentName?: string;
  /** Absent: the program's own. */
  readonly buildId?: string;
}

export interface TemporalTlsConfig {
  readonly serverName?: string;
  /** Absent: the system's. */
  readonly ca?: PemSource;
  readonly client?: { readonly cert: PemSource; readonly key: PemSource };
}

/** Where PEM text comes from: a file with this absolute path, or the text itself. */
export type PemSource = { readonly path: string } | { readonly data: string };

export interface StigmerConfig {
  /** `host:port`. */
  readonly endpoint: string;
  readonly tls: boolean;
  readonly caFile?: string;
  readonly client?: { readonly certFile: string; readonly keyFile: string };
}

/** What is configured about models; which of it an execution uses is decided by the model it asks for. */
export interface ModelConfig {
  /** The provider of the default model, where it was named. */
  readonly provider?: Provider;
  /** The provider where neither it nor a telling model name was given. */
  readonly usualProvider: Provider;
  /** The default model: `name` or `provider:name`. */
  readonly name?: string;
  /** Base URL and key that belong to the provider of the default model. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly ollamaBaseUrl?: string;
  readonly anthropicApiKey?: string;
  readonly openaiApiKey?: string;
  /** Longest answer, in tokens. */
  readonly maxTokens: number;
  readonly temperature: number;
  /** Absolute path of the file that the provider `scripted` plays. */
  readonly script?: string;
}

interface CommonConfig {
  readonly temporal: TemporalConfig;
  readonly stigmer: StigmerConfig;
  readonly model: ModelConfig;
  readonly statusStreaming: (typeof STREAMING)[number];
  readonly commandTimeoutMs: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** How long a start waits for Temporal. */
  readonly startupWaitMs: number;
  readonly drainTimeoutMs: number;
  readonly admin: { readonly host: string; readonly port: number; readonly token?: string };
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}

export interface LocalConfig extends CommonConfig {
  readonly mode: "local";
  readonly apiKey: string;
  readonly sandbox: {
    /** As configured, for people. */
    readonly root: string;
    /** Absolute path. */
    readonly rootDir: string;
    /** What the commands of one execution may use together; absent: no limit. */
    readonly commandMemory?: MemorySize | undefined;
  };
}

export interface CredentialsConfig {
  /** The token itself, or the file it stands in. */
  readonly source: { readonly key: string } | { readonly file: string };
  /** Whether the start fails where the issuer's keys cannot be fetched. */
  readonly strict: boolean;
  readonly auth0Domain?: string;
  readonly auth0Audience?: string;
}

export interface RedisConfig {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /** Absent: plaintext. */
  readonly tls?: { readonly caFile?: string };
  readonly threadTtlMs: number;
  readonly eventsTtlMs: number;
}

export type OrphanCollection = (typeof ORPHAN_COLLECTION)[number];

export interface DaytonaConfig {
  readonly apiKey: string;
  readonly apiUrl: string;
  readonly target?: string;
  readonly snapshotId?: string;
  readonly autoStopMinutes: number;
  readonly autoDeleteMinutes: number;
  readonly orphanCollection: OrphanCollection;
}

export interface CloudConfig extends CommonConfig {
  readonly mode: "cloud";
  readonly credentials: CredentialsConfig;
  readonly redis: RedisConfig;
  readonly daytona: DaytonaConfig;
}

/** The whole configuration, frozen; which parts there are depends on `mode`. */
export type Config = LocalConfig | CloudConfig;
