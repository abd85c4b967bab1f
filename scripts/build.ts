/**
 * Builds the program: `dist/agent-runner` for this machine and, without `--single`, `dist/agent-runner-<os>-<arch>` for
 * every machine there is a native bridge for, with the manual page beside them. What can be run here is run: see build-parts/smoke.ts.
 */
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "bun";
import { BRIDGE_WORKER, bridgePlugin } from "./build-parts/bridge-plugin.ts";
import { daytonaPlugin } from "./build-parts/daytona-plugin.ts";
import { type PackedBridge, packBridge } from "./build-parts/pack-bridge.ts";
import { smoke } from "./build-parts/smoke.ts";
import { hostTarget, type Target, targets } from "./build-parts/targets.ts";
import { temporalPlugin, WORKFLOW_THREAD } from "./build-parts/temporal-plugin.ts";
import { workflowModule, workflowPlugin } from "./build-parts/workflow-plugin.ts";

const root = join(import.meta.dir, "..");
const dist = join(root, "dist");
const thread = join(root, "node_modules", WORKFLOW_THREAD);
const { version } = (await Bun.file(join(root, "package.json")).json()) as { version: string };
const commit =
  (await $`git rev-parse --short=12 HEAD`.cwd(root).nothrow().quiet()).stdout.toString().trim() || "unknown";

async function build(target: Target, workflow: Bun.BunPlugin, bridge: PackedBridge): Promise<string> {
  const file = join(dist, `agent-runner-${target.name}`);
  const result = await Bun.build({
    entrypoints: [join(root, "src/main.ts"), thread, join(root, BRIDGE_WORKER)],
    root,
    target: "bun",
    format: "esm",
    minify: true,
    splitting: true,
    define: { BUILD_VERSION: JSON.stringify(version), BUILD_COMMIT: JSON.stringify(commit) },
    plugins: [temporalPlugin(`./node_modules/${WORKFLOW_THREAD}`), bridgePlugin(bridge), daytonaPlugin(), workflow],
    compile: {
      target: target.bun,
      outfile: file,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
  for (const log of result.logs) console.error(String(log));
  return file;
}

const single = process.argv.includes("--single");
const host = hostTarget();
await mkdir(dist, { recursive: true });
console.log("Bundling the workflow …");
const module = await workflowModule();
const workflow = workflowPlugin(async () => module);
for (const target of single ? [host] : targets) {
  const started = Date.now();
  const bridge = await packBridge(target);
  const file = await build(target, workflow, bridge);
  const size = Math.round(Bun.file(file).size / 1e6);
  if (bridge.kept !== undefined) console.log(`The native bridge for ${target.name} keeps its symbols: ${bridge.kept}`);
  console.log(`Built for ${target.name}: ${size} MB in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  if (target !== host) continue;
  await rm(join(dist, "agent-runner"), { force: true });
  await copyFile(file, join(dist, "agent-runner"));
  if (single) await rm(file);
}
await copyFile(join(root, "docs/agent-runner.1"), join(dist, "agent-runner.1"));
await smoke(join(dist, "agent-runner"), version);
console.log("dist/agent-runner is ready");
