import type { BunPlugin } from "bun";

/** The worker wants a source map behind the code; the real one would be most of the text, and only debuggers read it. */
const INLINE_MAP = /(\/\/# sourceMappingURL=data:application\/json;charset=utf-8;base64,)\S+/g;
const EMPTY_MAP = JSON.stringify({ version: 3, file: "workflow.js", sources: [], names: [], mappings: "" });

/** Bundles the workflow. @returns the text of a module that takes the place of the one that would bundle it at run time */
export async function workflowModule(): Promise<string> {
  // Who only uses the plugin must not load that module before the plugin is there.
  const { workflowBundle } = await import("../../src/daemon/workflow/bundle.ts");
  const { code } = await workflowBundle();
  const text = JSON.stringify(code.replace(INLINE_MAP, `$1${Buffer.from(EMPTY_MAP).toString("base64")}`));
  return `export const workflowBundle = async () => ({ code: ${text} });`;
}

/** Puts the finished code of the workflow in the place of the module that would bundle it while the program runs. */
export function workflowPlugin(read: () => Promise<string>): BunPlugin {
  return {
    name: "workflow",
    setup(build) {
      build.onLoad({ filter: /src\/daemon\/workflow\/bundle\.ts$/ }, async () => ({
        contents: await read(),
        loader: "js",
      }));
    },
  };
}
