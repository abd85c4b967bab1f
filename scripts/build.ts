/**
 * Builds the program: `dist/agent-runner` for this machine and, without `--single`, `dist/agent-runner-<os>-<arch>` for
 * every machine there is a native bridge for, with the manual page beside them. What can be run here is run: see build-parts/smoke.ts.
 */
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleProgram, version } from "./build-parts/bundle-program.ts";
import { packBridge } from "./build-parts/pack-bridge.ts";
import { smoke } from "./build-parts/smoke.ts";
import { hostTarget, targets } from "./build-parts/targets.ts";
import { workflowModule, workflowPlugin } from "./build-parts/workflow-plugin.ts";

const root = join(import.meta.dir, "..");
const dist = join(root, "dist");

const single = process.argv.includes("--single");
const host = hostTarget();
await mkdir(dist, { recursive: true });
console.log("Bundling the workflow …");
const module = await workflowModule();
const workflow = workflowPlugin(async () => module);
for (const target of single ? [host] : targets) {
  const started = Date.now();
  const bridge = await packBridge(target);
  const file = join(dist, `agent-runner-${target.name}`);
  await bundleProgram({ target, bridge, workflow, file });
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
