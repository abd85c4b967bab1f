import { join } from "node:path";
import type { BunPlugin } from "bun";
import { bundleProgram } from "../../scripts/build-parts/bundle-program.ts";
import { packBridge } from "../../scripts/build-parts/pack-bridge.ts";
import { hostTarget } from "../../scripts/build-parts/targets.ts";
import { workflowModule, workflowPlugin } from "../../scripts/build-parts/workflow-plugin.ts";

const switched = join(import.meta.dir, "metrics.ts");

/** Who uses metrics gets those that are switched; these use the real ones. */
const plugin: BunPlugin = {
  name: "switched-metrics",
  setup(build) {
    build.onResolve({ filter: /telemetry\/metrics\/index\.ts$/ }, ({ importer }) =>
      importer === switched ? undefined : { path: switched },
    );
  },
};

/** Builds the program with metrics that are switched on and off: see metrics.ts. */
export async function buildSwitchedProgram(file: string): Promise<void> {
  const target = hostTarget();
  const module = await workflowModule();
  const workflow = workflowPlugin(async () => module);
  await bundleProgram({ target, bridge: await packBridge(target), workflow, file, more: [plugin] });
}
