import { join } from "node:path";
import { $, type BunPlugin } from "bun";
import { BRIDGE_WORKER, bridgePlugin } from "./bridge-plugin.ts";
import { daytonaPlugin } from "./daytona-plugin.ts";
import type { PackedBridge } from "./pack-bridge.ts";
import type { Target } from "./targets.ts";
import { temporalPlugin, WORKFLOW_THREAD } from "./temporal-plugin.ts";

const root = join(import.meta.dir, "../..");
/** Of the program that is built. */
export const { version } = (await Bun.file(join(root, "package.json")).json()) as { version: string };
const revision = await $`git rev-parse --short=12 HEAD`.cwd(root).nothrow().quiet();
const commit = revision.stdout.toString().trim() || "unknown";

export interface ProgramOptions {
  readonly target: Target;
  readonly bridge: PackedBridge;
  /** Puts the bundled workflow in. */
  readonly workflow: BunPlugin;
  /** The file to write. */
  readonly file: string;
  /** Changes this build. */
  readonly more?: readonly BunPlugin[];
}

/** Bundles the program into one executable file. */
export async function bundleProgram({ target, bridge, workflow, file, more = [] }: ProgramOptions): Promise<void> {
  const result = await Bun.build({
    entrypoints: [join(root, "src/main.ts"), join(root, "node_modules", WORKFLOW_THREAD), join(root, BRIDGE_WORKER)],
    root,
    target: "bun",
    format: "esm",
    minify: true,
    splitting: true,
    define: { BUILD_VERSION: JSON.stringify(version), BUILD_COMMIT: JSON.stringify(commit) },
    plugins: [
      ...more,
      temporalPlugin(`./node_modules/${WORKFLOW_THREAD}`),
      bridgePlugin(bridge),
      daytonaPlugin(),
      workflow,
    ],
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
}
