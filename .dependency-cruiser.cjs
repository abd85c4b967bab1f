// The rooms of src/ and who may enter them. See "Architecture" in the README.

/** A package that only some rooms may use. */
function onlyIn(name, rooms, packages) {
  return {
    name,
    comment: `${packages} is used by ${rooms} only: ask their doors for what you need`,
    severity: "error",
    from: { path: "^src/", pathNot: `^src/(${rooms})/` },
    to: { path: `(^|/)node_modules/(${packages})/|^(${packages})$` },
  };
}

/** A room that only some others may enter. */
function onlyFor(name, room, visitors) {
  return {
    name,
    comment: `src/${room} is entered by ${visitors} only`,
    severity: "error",
    from: { path: "^src/", pathNot: `^src/(${room}|${visitors})(/|\\.ts$)` },
    to: { path: `^src/${room}/` },
  };
}

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "two modules that need each other are one module, or miss a third one",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "one-door",
      comment: "other rooms import a room's index.ts, not its inside",
      severity: "error",
      from: { path: "^src/([^/]+)/", pathNot: "^src/main\\.ts$" },
      to: { path: "^src/[^/]+/", pathNot: ["^src/$1/", "^src/shared/", "/index\\.ts$"] },
    },
    {
      name: "shared-is-below",
      comment: "what all rooms share knows none of them",
      severity: "error",
      from: { path: "^src/shared/" },
      to: { path: "^src/", pathNot: "^src/shared/" },
    },
    {
      name: "mode-in-platform",
      comment: "each platform is loaded by open-platform.ts alone: everything else takes its parts",
      severity: "error",
      from: { pathNot: "^src/platform/open-platform\\.ts$|\\.test\\.ts$" },
      to: { path: "^src/platform/(local|cloud)\\.ts$" },
    },
    {
      name: "workflow-is-pure",
      comment: "workflow code runs in Temporal's sandbox",
      severity: "error",
      from: { path: "^src/daemon/workflow/(invoke|failure-text)\\.ts$" },
      to: { pathNot: "node_modules/@temporalio/workflow/|^src/daemon/workflow/failure-text\\.ts$" },
    },
    {
      name: "no-tests-in-the-program",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^test/|\\.test\\.ts$" },
    },
    {
      name: "only-dependencies",
      comment: "the program uses what package.json lists as dependencies",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.ts$" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "unknown", "undetermined"],
        pathNot: "^bun(:|$)",
      },
    },
    onlyFor("wire-messages", "stigmer", "status|activities|recovery|platform|daemon|client|commands"),
    onlyFor("agents-run-in-activities", "agent", "activities|status|runner"),
    onlyFor("admin-is-the-runners", "admin", "runner"),
    onlyFor("daemon-is-for-dev", "daemon", "commands"),
    onlyFor("redis-is-the-platforms", "redis", "platform|status|threads|recovery"),
    onlyIn("agent-library", "agent|threads", "deepagents|langchain|@langchain/[^/]+"),
    onlyIn("temporal", "temporal|activities|daemon", "@temporalio/[^/]+"),
    onlyIn("grpc", "stigmer|daemon", "@grpc/grpc-js"),
    onlyIn("web-server", "admin", "hono"),
    onlyIn("log-library", "log", "pino"),
    onlyIn("redis-client", "redis", "ioredis"),
    onlyIn("daytona-client", "sandbox", "@daytonaio/[^/]+|@daytona/[^/]+"),
    onlyIn("token-library", "credentials", "jose"),
    onlyIn("sqlite", "threads|daemon|shared", "bun:sqlite"),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["bun", "import", "types", "default"] },
  },
};
