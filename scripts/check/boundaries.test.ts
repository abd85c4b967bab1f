import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "../..");

/** What is wrong with each file: the rule that must name it. */
const violations: readonly (readonly [rule: string, file: string, source: string])[] = [
  ["no-circular", "log/circular-a.ts", `import { b } from "./circular-b.ts"; export const a = () => b;`],
  ["public-api-only", "runner/inside.ts", `import { a } from "../log/inner.ts"; export { a };`],
  ["public-api-only", "runner/inside-type.ts", `import type { A } from "../log/inner.ts"; export type B = A;`],
  ["public-api-only", "runner/inside-export.ts", `export type { A } from "../log/inner.ts"; export const c = 1;`],
  ["shared-imports-no-module", "shared/up.ts", `export { a } from "../log/index.ts";`],
  ["definition-imports-nothing", "definition/agent.ts", `import type { A } from "../log/index.ts"; export type B = A;`],
  ["definition-has-types-only", "agent/defines.ts", `export { shape } from "../definition/index.ts";`],
  ["definition-importers", "runner/defines.ts", `import type { C } from "../definition/index.ts"; export type D = C;`],
  ["platform-implementations", "platform/other.ts", `export { local } from "./local.ts";`],
  ["workflow-sandbox", "daemon/workflow/invoke.ts", `export { join } from "node:path";`],
  ["no-test-imports", "log/uses-test.ts", `export { help } from "../../test/support/help.ts";`],
  ["no-dev-dependencies", "log/uses-dev.ts", `export { default } from "ajv";`],
  ["wire-messages", "agent/wire.ts", `export { message } from "../stigmer/index.ts";`],
  ["providers-importers", "runner/provider.ts", `export { list } from "../providers/index.ts";`],
  ["doctor-importers", "runner/doctor.ts", `export { ask } from "../doctor/index.ts";`],
  ["daemon-importers", "runner/daemon.ts", `export { daemon } from "../daemon/index.ts";`],
  ["native-bridge-importers", "platform/bridge.ts", `export { load } from "../native-bridge/index.ts";`],
  ["agent-library", "runner/library.ts", `export { createDeepAgent } from "deepagents";`],
  ["temporal-sdk", "admin/temporal.ts", `export const load = () => import("@temporalio/worker");`],
  ["redis-client", "threads/client.ts", `import type { Redis } from "ioredis"; export type Client = Redis;`],
  ["light-commands", "commands/health.ts", `export { worker } from "../temporal/index.ts";`],
  ["light-commands", "commands/log-level.ts", `export { worker } from "../temporal/index.ts";`],
  ["light-commands", "commands/list.ts", `export const load = () => import("../temporal/index.ts");`],
  ["light-commands", "cli/print.ts", `export { createDeepAgent } from "../agent/index.ts";`],
  ["cancel-needs-a-client-only", "commands/cancel.ts", `export { worker } from "../temporal/index.ts";`],
  ["commands-load-when-called", "program.ts", `export { start } from "./commands/start.ts";`],
  ["checkpoints-load-when-used", "threads/eager.ts", `export { codec } from "./value-codec.ts";`],
  ["skills-load-when-used", "skills/eager.ts", `export { skills } from "./install-skills.ts";`],
  ["skills-importers", "status/skills.ts", `import type { Skill } from "../skills/index.ts"; export type S = Skill;`],
  ["tar-library", "archives/tar.ts", `export { packTar } from "modern-tar";`],
  ["remote-sandboxes-are-generic", "sandbox/remote/vendor.ts", `export { sandbox } from "../daytona/index.ts";`],
  ["remote-sandboxes-public-api", "sandbox/daytona/inside.ts", `export { script } from "../remote/scripts.ts";`],
  ["agent-importers", "recovery/agent.ts", `import type { Agent } from "../agent/index.ts"; export type E = Agent;`],
  ["admin-importers", "platform/admin.ts", `export { admin } from "../admin/index.ts";`],
  ["redis-importers", "runner/redis.ts", `export { Redis } from "../redis/client.ts";`],
  ["mcp-sdk", "agent/sdk.ts", `export { Client } from "@modelcontextprotocol/client";`],
  ["mcp-loads-when-used", "agent/eager.ts", `export { client } from "./mcp/index.ts";`],
  ["mcp-definitions-are-light", "agent/mcp/resolve-servers.ts", `export { client } from "./index.ts";`],
  ["grpc", "agent/grpc.ts", `export { status } from "@grpc/grpc-js";`],
  ["web-server", "runner/web.ts", `export { Hono } from "hono";`],
  ["metrics-library", "runner/prometheus.ts", `export { Registry } from "prom-client";`],
  ["metrics-library-parts", "telemetry/metrics/whole.ts", `export { Registry } from "prom-client";`],
  ["metrics-load-when-used", "runner/eager.ts", `export { openMetrics } from "../telemetry/metrics/index.ts";`],
  ["traces-library", "log/otel.ts", `export { trace } from "@opentelemetry/api";`],
  ["traces-load-when-used", "runner/eager-traces.ts", `export { openTraces } from "../telemetry/traces/index.ts";`],
  ["log-library", "runner/pino.ts", `export { pino } from "pino";`],
  ["daytona-sdk", "platform/daytona.ts", `export { Daytona } from "@daytonaio/sdk";`],
  ["search-library", "agent/search.ts", `export { default } from "minisearch";`],
  ["zip-library", "daemon/zip.ts", `export { open } from "yauzl";`],
  ["zip-writer", "daemon/pack.ts", `export { zipSync } from "fflate";`],
  ["jwt-library", "admin/jwt.ts", `export { jwtVerify } from "jose";`],
  ["sqlite", "runner/sqlite.ts", `export { Database } from "bun:sqlite";`],
];

const allowed: Readonly<Record<string, string>> = {
  "src/log/circular-b.ts": `import { a } from "./circular-a.ts"; export const b = () => a;`,
  "src/log/inner.ts": "export type A = string; export const a = 1;",
  "src/log/index.ts": `export { a } from "./inner.ts";`,
  "src/definition/index.ts": "export type C = string; export const shape = 1;",
  "src/temporal/index.ts": `export { Worker as worker } from "@temporalio/worker";`,
  "src/agent/index.ts": `export { createDeepAgent } from "deepagents"; export type Agent = string;`,
  "src/commands/start.ts": `export { worker as start } from "../temporal/index.ts";`,
  "src/commands/run.ts": `export { a } from "../client/index.ts";`,
  "src/client/index.ts": "export const a = 1;",
  "src/main.ts": `import type { start } from "./commands/start.ts"; export type A = typeof start; export const load = () => import("./commands/start.ts");`,
  "src/platform/local.ts": "export const local = 1;",
  "src/platform/open-platform.ts": `export const open = () => import("./local.ts");`,
  "src/stigmer/index.ts": "export const message = 1;",
  "src/daemon/index.ts": "export const daemon = 1;",
  "src/providers/index.ts": "export const list = 1;",
  "src/doctor/index.ts": "export const ask = 1;",
  "src/native-bridge/index.ts": "export const load = 1;",
  "src/threads/value-codec.ts": "export const codec = 1;",
  "src/skills/install-skills.ts": "export const skills = 1;",
  "src/skills/index.ts": "export type Skill = string;",
  "src/sandbox/daytona/index.ts": "export const sandbox = 1;",
  "src/sandbox/remote/scripts.ts": "export const script = 1;",
  "src/admin/index.ts": "export const admin = 1;",
  "src/agent/mcp/index.ts": `export { Client as client } from "@modelcontextprotocol/client";`,
  "src/telemetry/metrics/index.ts": "export const openMetrics = 1;",
  "src/telemetry/traces/index.ts": "export const openTraces = 1;",
  "src/redis/client.ts": `export { Redis } from "ioredis";`,
  "test/support/help.ts": "export const help = 1;",
};

interface Result {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

describe("the boundaries of the modules", () => {
  let folder: string;
  let found: readonly string[];

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "agent-runner-boundaries-")));
    const sources = Object.entries(allowed);
    for (const [, file, source] of violations) sources.push([`src/${file}`, source]);
    for (const [file, source] of sources) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await Bun.write(join(folder, file), source);
    }
    for (const file of [".dependency-cruiser.cjs", "tsconfig.json", "package.json"])
      await cp(join(root, file), join(folder, file));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    const cruise = Bun.spawn(["bunx", "--bun", "depcruise", "--output-type", "json", "src"], { cwd: folder });
    const result = (await new Response(cruise.stdout).json()) as Result;
    found = result.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const [rule, file, source] of violations) {
    test(`${rule} refuses ${source.slice(0, source.indexOf(";"))} in src/${file}`, () => {
      expect(found).toContain(`${rule}: src/${file}`);
    });
  }

  test("all have a file that violates them", () => {
    const { forbidden } = require(join(root, ".dependency-cruiser.cjs")) as {
      readonly forbidden: readonly { readonly name: string }[];
    };
    const planted = new Set(violations.map(([rule]) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });

  test("no rule refuses a file that keeps to them", () => {
    const planted = violations.map(([, file]) => `src/${file}`);
    expect(found.filter((text) => !planted.some((file) => text.endsWith(file)))).toEqual([]);
  });
});
