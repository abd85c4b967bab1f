import type { BunPlugin } from "bun";
import { editFiles } from "./edit-files.ts";

/** What the SDK loads by name while it runs, and the runner needs of it: transfers of files. */
const NEEDED = ["stream", "fs", "form-data", "util", "buffer", "busboy"];

/** Makes Daytona's SDK fit into one file: it loads modules by names that the bundler does not see. */
export function daytonaPlugin(): BunPlugin {
  return {
    name: "daytona",
    setup(build) {
      editFiles(build, [
        [
          /@daytonaio\/sdk\/esm\/utils\/Import\.js$/,
          NEEDED.map((name) => [new RegExp(`__esmRequire\\('${name}'\\)`, "g"), `require('${name}')`] as const),
        ],
      ]);
    },
  };
}
