import type { BunPlugin } from "bun";
import { workflowBundle } from "../../src/daemon/workflow/bundle.ts";

/** The worker wants a source map behind the code; the real one would be most of the text, and only debuggers read it. */
const INLINE_MAP = /(\/\/# sourceMappingURL=data:application\/json;charset=utf-8;base64,)\S+/g;
const EMPTY_MAP = JSON.stringify({ version: 3, file: "workflow.js", sources: [], names: [], mappings: "" });

/** Puts the finished code of the workflow in the place of the module that would bundle it while the program runs. */
export async function workflowPlugin(): Promise<BunPlugin> {
  const { code } = await workflowBundle();
  const text = JSON.stringify(code.replace(INLINE_MAP, `$1${Buffer.from(EMPTY_MAP).toString("base64")}`));
  return {
    name: "workflow",
    setup(build) {
      build.onLoad({ filter: /src\/daemon\/workflow\/bundle\.ts$/ }, () => ({
        contents: `export const workflowBundle = async () => ({ code: ${text} });`,
        loader: "js",
      }));
    },
  };
}
