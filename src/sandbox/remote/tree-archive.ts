import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { createTarPacker } from "modern-tar";
import type { Tree } from "../sandbox.ts";
import { directoriesOf, modeOf, TREE_TIME } from "../trees.ts";

/**
 * Packs trees into a tar.gz. Only one file at a time is in memory unpacked.
 * @throws the error with which reading a file fails
 */
export async function packTrees(trees: readonly Tree[]): Promise<Uint8Array> {
  const { readable, controller } = createTarPacker();
  const mtime = new Date(TREE_TIME * 1000);
  const pack = async (): Promise<void> => {
    try {
      for (const tree of trees) {
        for (const path of ["", ...directoriesOf(tree)])
          await controller
            .add({ name: `${tree.name}/${path}`, size: 0, type: "directory", mode: 0o755, mtime })
            .close();
        for (const file of tree.files) {
          const content = await file.read();
          const header = { name: `${tree.name}/${file.path}`, size: content.length, mode: modeOf(file), mtime };
          const writer = controller.add(header).getWriter();
          await writer.write(content);
          await writer.close();
        }
      }
      controller.finalize();
    } catch (error) {
      controller.error(error);
    }
  };
  const packing = pack();
  const packed = await buffer(Readable.fromWeb(readable).compose(createGzip({ level: 1 })));
  await packing;
  return packed;
}
