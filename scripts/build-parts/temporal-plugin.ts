import { dirname, join } from "node:path";
import type { BunPlugin } from "bun";
import { type Edit, editFiles } from "./edit-files.ts";

/** The worker thread of workflows: an entrypoint of its own. */
export const WORKFLOW_THREAD = "@temporalio/worker/lib/workflow/workflow-worker-thread.js";

const OPEN_BRIDGE = join(import.meta.dir, "../../src/native-bridge/open-bridge.ts");
const NATIVE = "Object.fromEntries(Object.entries(require(nativeLibPath)).map(([name, fn]) => [name, wrapper(fn)]))";

/**
 * Makes Temporal's SDK fit into one file: it finds its native library, its worker thread and its bundler's loaders by
 * paths that it computes while it runs, and a compiled program has none of them.
 */
export function temporalPlugin(workflowThread: string): BunPlugin {
  const edits: readonly Edit[] = [
    // The bridge is unpacked asynchronously, and only by commands that need it: the SDK gets it with the first use.
    [
      /@temporalio\/core-bridge\/index\.js$/,
      [
        ["const nativeLibPath = getPrebuiltPath();", ""],
        [
          `const native = ${NATIVE};`,
          `const { nativeBridge } = require(${JSON.stringify(OPEN_BRIDGE)});\n  let native;`,
        ],
        [
          "{ ...typescriptExports, native }",
          `{ ...typescriptExports, get native() { return (native ??= ${NATIVE.replace("require(nativeLibPath)", "nativeBridge()")}); } }`,
        ],
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
      build.onResolve({ filter: /^(webpack|swc-loader|@swc\/core|source-map-loader|memfs|unionfs)$/ }, ({ path }) => ({
        path,
        namespace: "left-out",
      }));
      build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "module.exports = {};", loader: "js" }));
      build.onLoad({ filter: /source-map\/lib\/read-wasm\.js$/ }, async ({ path }) => ({
        contents: withItsWasm(await Bun.file(join(dirname(path), "mappings.wasm")).bytes()),
        loader: "js",
      }));
      editFiles(build, edits);
    },
  };
}

/** What workflows need to read source maps: it would look for the file where the program was built. */
function withItsWasm(wasm: Uint8Array): string {
  return `module.exports = async () => Uint8Array.from(Buffer.from("${wasm.toBase64()}", "base64")).buffer;
module.exports.initialize = () => undefined;`;
}
