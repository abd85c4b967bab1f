import type { BunPlugin } from "bun";

/** A place in a package's file, and what to put there. */
type Replacement = readonly [search: string | RegExp, replace: string];

/** The worker thread of workflows: an entrypoint of its own. */
export const WORKFLOW_THREAD = "@temporalio/worker/lib/workflow/workflow-worker-thread.js";

/**
 * Makes Temporal's SDK fit into one file: it finds its native library, its worker thread and its bundler's loaders by
 * paths that it computes while it runs, and a compiled program has none of them.
 */
export function temporalPlugin(bridge: string, workflowThread: string): BunPlugin {
  const edits: readonly (readonly [file: RegExp, replacements: readonly Replacement[]])[] = [
    [
      /@temporalio\/core-bridge\/index\.js$/,
      [
        ["const nativeLibPath = getPrebuiltPath();", ""],
        ["require(nativeLibPath)", `require("./releases/${bridge}/index.node")`],
      ],
    ],
    // Workflows are bundled when the program is built, so none of the bundler's loaders is ever looked for.
    [/@temporalio\/worker\/lib\/workflow\/bundler\.js$/, [[/require\.resolve\(('[^']+')\)/g, "$1"]]],
    [
      /@temporalio\/worker\/lib\/workflow\/threaded-vm\.js$/,
      [["require.resolve('./workflow-worker-thread')", JSON.stringify(workflowThread)]],
    ],
    // Written to the console from the thread, past the log: Bun has no promise hooks, which only debugging uses.
    [/@temporalio\/worker\/lib\/workflow\/vm-shared\.js$/, [[/console\.warn\('v8\.promiseHooks[^']*'\);/, ""]]],
  ];
  return {
    name: "temporal",
    setup(build) {
      build.onResolve({ filter: /^(webpack|swc-loader|@swc\/core|source-map-loader)$/ }, ({ path }) => ({
        path,
        namespace: "left-out",
      }));
      build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "module.exports = {};", loader: "js" }));
      for (const [file, replacements] of edits) {
        build.onLoad({ filter: file }, async ({ path }) => ({
          contents: replaced(await Bun.file(path).text(), replacements, path),
          loader: "js",
        }));
      }
    },
  };
}

/** @throws where a place is not there: the package has changed, and the program would fail when it runs */
function replaced(text: string, replacements: readonly Replacement[], path: string): string {
  let result = text;
  for (const [search, replace] of replacements) {
    const next = result.replace(search, replace);
    if (next === result)
      throw new Error(`${path} has no ${search}: look at what changed in this version of the package`);
    result = next;
  }
  return result;
}
