import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The body of a request for a new sandbox. */
export interface BoxParams {
  readonly name?: string;
  readonly snapshot?: string;
  readonly target?: string;
  readonly env?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly autoStopInterval?: number;
  readonly autoDeleteInterval?: number;
  readonly autoArchiveInterval?: number;
}

/** A sandbox: a folder, and what the API says about it. */
export class Box {
  readonly id = crypto.randomUUID();
  readonly name: string;
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "agent-runner-test-daytona-")));
  readonly params: BoxParams;
  labels: Record<string, string>;
  state = "creating";
  desiredState = "started";
  errorReason = "";
  autoStopInterval: number;
  autoDeleteInterval: number;
  lastActivityAt = new Date();
  /** How often its activity was refreshed. */
  refreshed = 0;
  readonly createdAt = new Date();

  constructor(params: BoxParams) {
    this.params = params;
    this.name = params.name ?? this.id;
    this.labels = params.labels ?? {};
    this.autoStopInterval = params.autoStopInterval ?? 15;
    this.autoDeleteInterval = params.autoDeleteInterval ?? -1;
  }

  toDto(toolboxProxyUrl: string): Record<string, unknown> {
    return {
      id: this.id,
      organizationId: "org",
      name: this.name,
      target: this.params.target ?? "us",
      snapshot: this.params.snapshot ?? "daytonaio/sandbox:0.5.0",
      user: "daytona",
      env: this.params.env ?? {},
      labels: this.labels,
      public: false,
      networkBlockAll: false,
      cpu: 1,
      gpu: 0,
      memory: 1,
      disk: 3,
      state: this.state,
      desiredState: this.desiredState,
      ...(this.errorReason === "" ? {} : { errorReason: this.errorReason }),
      autoStopInterval: this.autoStopInterval,
      autoDeleteInterval: this.autoDeleteInterval,
      autoArchiveInterval: this.params.autoArchiveInterval ?? 10_080,
      createdAt: this.createdAt.toISOString(),
      updatedAt: this.createdAt.toISOString(),
      lastActivityAt: this.lastActivityAt.toISOString(),
      toolboxProxyUrl,
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
