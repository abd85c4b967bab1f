import type { BunPlugin } from "bun";
import type { PackedBridge } from "./pack-bridge.ts";

/** The thread that unpacks it: an entrypoint of its own. */
export const BRIDGE_WORKER = "src/native-bridge/worker.ts";

/**
 * Embeds the packed bridge as a file that is only read when it is unpacked. Bun's own way, to embed the bridge itself,
 * reads all of it at every start and unpacks it into TMPDIR.
 */
export function bridgePlugin({ file, sha256, size }: PackedBridge): BunPlugin {
  return {
    name: "native-bridge",
    setup(build) {
      build.onLoad({ filter: /src\/native-bridge\/embedded\.ts$/ }, () => ({
        contents: `import file from ${JSON.stringify(file)} with { type: "file" };
export const embedded = { file, ...${JSON.stringify({ sha256, size, worker: `./${BRIDGE_WORKER}` })} };`,
        loader: "js",
      }));
    },
  };
}
