import type { LogFormat, LogLevel } from "../log/index.ts";
import type { Provider, STREAMING } from "./settings.ts";

export interface TemporalConfig {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly maxConcurrency: number;
  /** Absent: plaintext. */
  readonly tls?: TemporalTlsConfig;
  readonly apiKey?: string;
}

export interface TemporalTlsConfig {
  readonly serverName?: string;
  readonly caFile?: string;
  readonly client?: { readonly certFile: string; readonly keyFile: string };
}

export interface StigmerConfig {
  /** `host:port`. */
  readonly endpoint: string;
  readonly tls: boolean;
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
  };
}

export interface CloudConfig extends CommonConfig {
  readonly mode: "cloud";
  readonly credentials: { readonly apiKey: string; readonly auth0Domain?: string; readonly auth0Audience?: string };
  readonly redis: {
    readonly host: string;
    readonly port: number;
    readonly username?: string;
    readonly password?: string;
    readonly db: number;
    readonly tls: boolean;
  };
  readonly daytona: {
    readonly apiKey: string;
    readonly apiUrl: string;
    readonly target?: string;
    readonly snapshotId?: string;
  };
}

/** The whole configuration, frozen; which parts there are depends on `mode`. */
export type Config = LocalConfig | CloudConfig;
