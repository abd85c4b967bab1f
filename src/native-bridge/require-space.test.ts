import { expect, test } from "bun:test";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { requireSpace } from "./require-space.ts";

const bridge = { file: "", sha256: "", worker: "" };

test("a directory must have room for the bridge and for what else is written there", async () => {
  await requireSpace(tmpdir(), { ...bridge, size: 0 });
  const { bsize, bfree } = await statfs(tmpdir());
  await expect(requireSpace(tmpdir(), { ...bridge, size: bsize * bfree })).rejects.toThrow(
    /^only [\d.]+ .iB are free there, [\d.]+ .iB are needed$/,
  );
});
