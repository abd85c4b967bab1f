// The modules of src/ and what may depend on what: see docs/architecture.md.

/** Only these modules import these packages; the others use their public API. */
function packageOnlyIn(name, modules, packages) {
  return {
    name,
    comment: `only ${modules} may import ${packages}: use the public API of that module`,
    severity: "error",
    from: { path: "^src/", pathNot: `^src/(${modules})/` },
    to: { path: `(^|/)node_modules/(${packages})/|^(${packages})$` },
  };
}

/** Only these modules import that module. */
function moduleOnlyFrom(name, module, importers) {
  return {
    name,
    comment: `only ${importers} may import src/${module}`,
    severity: "error",
    from: { path: "^src/", pathNot: `^src/(${module}|${importers})(/|\\.ts$)` },
    to: { path: `^src/${module}/` },
  };
}

/** What takes long to load, or much memory. */
const HEAVY = "@temporalio|deepagents|langchain|@langchain|ioredis|@daytonaio|@daytona|pino|hono|jose";

/** What is loaded whatever the command is, beside `main.ts`, `program.ts` and the declarations of commands. */
const LOADED_ALWAYS = "^src/(version|cli/[^/]+|processes/ensure-home|completion/shells|shared/log-names)\\.ts$";
/** These name the commands, and load each of them when it is called. */
const COMMAND_LOADERS = "^src/(main|program|commands/(admin-commands|stigmer-commands|examples))\\.ts$";
/** These load LangGraph. */
const CHECKPOINTS = "^src/threads/(checkpoint-saver|value-codec|message-placeholders)\\.ts$";

/** These load the MCP SDK. */
const MCP = "^src/agent/mcp/";
/** Checks the definitions of servers without it. */
const MCP_LIGHT = "^src/agent/mcp/resolve-servers\\.ts$";

module.exports = {
  forbidden: [
    {
      name: "light-commands",
      comment: "a command that asks or tells something loads nothing heavy, not even through another module",
      severity: "error",
      from: {
        path: [
          "^src/commands/(attach|check|completion|config|drain|executions|health|list|log-level|run|status)\\.ts$",
          LOADED_ALWAYS,
        ],
      },
      to: { path: [`(^|/)node_modules/(${HEAVY})/`, "^bun:sqlite$"], reachable: true },
    },
    {
      name: "cancel-needs-a-client-only",
      comment: "`cancel` talks to Temporal through temporal/client, without the native bridge that workers need",
      severity: "error",
      from: { path: "^src/commands/cancel\\.ts$" },
      to: {
        path: [`(^|/)node_modules/(${HEAVY})/`, "^bun:sqlite$"],
        pathNot: "(^|/)node_modules/@temporalio/(client|common|envconfig|proto)/",
        reachable: true,
      },
    },
    {
      name: "commands-load-when-called",
      comment: "what every command loads is light: import a command dynamically, and a type as a type",
      severity: "error",
      from: { path: COMMAND_LOADERS },
      to: {
        path: "^src/|(^|/)node_modules/",
        pathNot: [COMMAND_LOADERS, LOADED_ALWAYS, "(^|/)node_modules/commander/"],
        dynamic: false,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "checkpoints-load-when-used",
      comment: "a runner without executions does not need LangGraph: import these dynamically",
      severity: "error",
      from: { path: "^src/", pathNot: `${CHECKPOINTS}|\\.test\\.ts$` },
      to: { path: CHECKPOINTS, dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "mcp-loads-when-used",
      comment: "an agent without MCP servers does not load the SDK: import agent/mcp dynamically",
      severity: "error",
      from: { path: "^src/", pathNot: `${MCP}|\\.test\\.ts$` },
      to: { path: MCP, pathNot: MCP_LIGHT, dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "mcp-definitions-are-light",
      comment: "the definitions of MCP servers are checked for every agent that has some, without the SDK",
      severity: "error",
      from: { path: MCP_LIGHT },
      to: { path: "(^|/)node_modules/@modelcontextprotocol/", reachable: true },
    },
    {
      name: "no-circular",
      comment: "files that import each other are one file, or lack a third one that both import",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "public-api-only",
      comment: "import another module through its index.ts",
      severity: "error",
      from: { path: "^src/([^/]+)/", pathNot: "^src/main\\.ts$" },
      to: { path: "^src/[^/]+/", pathNot: ["^src/$1/", "^src/shared/", "/index\\.ts$"] },
    },
    {
      name: "shared-imports-no-module",
      comment: "every module may import shared/, so shared/ imports none of them",
      severity: "error",
      from: { path: "^src/shared/" },
      to: { path: "^src/", pathNot: "^src/shared/" },
    },
    {
      name: "definition-imports-nothing",
      comment: "definition/ has types alone, which every side of it may use: it imports nothing",
      severity: "error",
      from: { path: "^src/definition/" },
      to: { pathNot: "^src/definition/" },
    },
    {
      name: "definition-has-types-only",
      comment: "definition/ has types alone: import them with `import type`",
      severity: "error",
      from: {},
      to: { path: "^src/definition/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "platform-implementations",
      comment: "only open-platform.ts loads a platform: everything else takes a Platform or a part of one",
      severity: "error",
      from: { pathNot: "^src/platform/open-platform\\.ts$|\\.test\\.ts$" },
      to: { path: "^src/platform/(local|cloud)\\.ts$" },
    },
    {
      name: "workflow-sandbox",
      comment: "workflow code runs in Temporal's sandbox: it imports @temporalio/workflow alone",
      severity: "error",
      from: { path: "^src/daemon/workflow/(invoke|failure-text)\\.ts$" },
      to: { pathNot: "node_modules/@temporalio/workflow/|^src/daemon/workflow/failure-text\\.ts$" },
    },
    {
      name: "skills-load-when-used",
      comment: "an agent without skills needs none of this: import it dynamically",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^src/skills/install-skills\\.ts$", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "metrics-load-when-used",
      comment: "with METRICS=false nothing of the metrics is loaded: import telemetry/metrics dynamically",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/telemetry/metrics/|\\.test\\.ts$" },
      to: { path: "^src/telemetry/metrics/", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "traces-load-when-used",
      comment: "without traces nothing of them is loaded: import telemetry/traces dynamically",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/telemetry/traces/|\\.test\\.ts$" },
      to: { path: "^src/telemetry/traces/", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "remote-sandboxes-are-generic",
      comment: "sandbox/remote works over any host: it knows no provider",
      severity: "error",
      from: { path: "^src/sandbox/remote/" },
      to: { path: "^src/sandbox/(daytona|filesystem)/|(^|/)node_modules/(@daytonaio|@daytona)/" },
    },
    {
      name: "remote-sandboxes-public-api",
      comment: "providers import sandbox/remote through its index.ts",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/sandbox/remote/" },
      to: { path: "^src/sandbox/remote/", pathNot: "/index\\.ts$" },
    },
    {
      name: "no-test-imports",
      comment: "the program imports no test code",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^test/|\\.test\\.ts$" },
    },
    {
      name: "no-dev-dependencies",
      comment: "the program imports only what package.json lists as dependencies",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.ts$" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "unknown", "undetermined"],
        pathNot: "^bun(:|$)",
      },
    },
    moduleOnlyFrom("wire-messages", "stigmer", "status|activities|recovery|platform|daemon|client|commands"),
    moduleOnlyFrom("definition-importers", "definition", "stigmer|activities|agent|sandbox|skills"),
    moduleOnlyFrom("agent-importers", "agent", "activities|executions|status|runner|doctor"),
    moduleOnlyFrom("admin-importers", "admin", "runner"),
    moduleOnlyFrom("doctor-importers", "doctor", "commands"),
    moduleOnlyFrom("daemon-importers", "daemon", "commands"),
    moduleOnlyFrom("native-bridge-importers", "native-bridge", "runner|commands|doctor"),
    moduleOnlyFrom("redis-importers", "redis", "platform|status|threads|recovery"),
    moduleOnlyFrom("providers-importers", "providers", "agent|commands"),
    moduleOnlyFrom("skills-importers", "skills", "activities|agent|runner"),
    packageOnlyIn("mcp-sdk", "agent/mcp", "@modelcontextprotocol/[^/]+"),
    packageOnlyIn("agent-library", "agent|threads", "deepagents|langchain|@langchain/[^/]+"),
    packageOnlyIn("temporal-sdk", "temporal|activities|daemon", "@temporalio/[^/]+"),
    packageOnlyIn("grpc", "stigmer|daemon|shared/grpc", "@grpc/grpc-js"),
    packageOnlyIn("web-server", "admin", "hono"),
    packageOnlyIn("metrics-library", "telemetry/metrics", "prom-client"),
    packageOnlyIn("traces-library", "telemetry/traces", "@opentelemetry/[^/]+"),
    {
      name: "metrics-library-parts",
      comment: "the whole library loads an HTTP client and OpenTelemetry: use telemetry/metrics/prometheus.ts",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.d\\.ts$" },
      to: { path: "(^|/)node_modules/prom-client/index\\.(js|d\\.ts)$" },
    },
    packageOnlyIn("log-library", "log", "pino"),
    packageOnlyIn("redis-client", "redis", "ioredis"),
    packageOnlyIn("daytona-sdk", "sandbox/daytona", "@daytonaio/[^/]+|@daytona/[^/]+"),
    packageOnlyIn("search-library", "agent/tool-search", "minisearch"),
    packageOnlyIn("zip-library", "archives", "yauzl"),
    packageOnlyIn("tar-library", "sandbox/remote", "modern-tar"),
    {
      name: "zip-writer",
      comment: "only client/agent-file makes zips; tests may, too",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/client/agent-file/|\\.test\\.ts$" },
      to: { path: "(^|/)node_modules/fflate/" },
    },
    packageOnlyIn("jwt-library", "credentials", "jose"),
    packageOnlyIn("sqlite", "threads|daemon|shared", "bun:sqlite"),
  ],
  options: {
    // Needs the JavaScript API of `typescript` 6: without it, `export type … from` goes unseen.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["bun", "import", "types", "default"] },
  },
};
