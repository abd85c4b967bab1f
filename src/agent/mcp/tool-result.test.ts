import { describe, expect, test } from "bun:test";
import { type ResultDeps, resultBlocks } from "./tool-result.ts";

const PIXEL = Buffer.from("pixel").toString("base64");

function sandbox() {
  const files = new Map<string, string>();
  return {
    files,
    writeFile: async (path: string, content: Uint8Array | string) => {
      files.set(path, Buffer.from(content).toString());
      return `/root/${path}`;
    },
  };
}

const blocksOf = async (content: readonly object[], more: Partial<ResultDeps> = {}, structuredContent?: unknown) =>
  await resultBlocks(
    { content: content as { type: string }[], structuredContent, isError: false },
    { sandbox: sandbox(), executionId: "aex-1", textOnly: () => false, ...more },
  );

describe("the result of a server's tool", () => {
  test("may be text, resources and links", async () => {
    expect(
      await blocksOf([
        { type: "text", text: "one" },
        { type: "resource", resource: { uri: "file:///a.txt", text: "two" } },
        { type: "resource_link", uri: "file:///b", name: "b", description: "The second" },
      ]),
    ).toEqual([
      { type: "text", text: "one" },
      { type: "text", text: "[Resource file:///a.txt]\ntwo" },
      { type: "text", text: "[Link to the resource file:///b: b: The second]" },
    ]);
  });

  test("shows images to a model that can receive them, and keeps other data in files", async () => {
    const files = sandbox();
    const image = { type: "image", mimeType: "image/png", data: PIXEL };
    const content = [
      image,
      { ...image, mimeType: "image/svg+xml" },
      { type: "audio", mimeType: "audio/wav", data: PIXEL },
      { type: "resource", resource: { uri: "x:y", blob: PIXEL, mimeType: "../../etc" } },
    ];
    const blocks = await blocksOf(content, { sandbox: files });
    expect(blocks[0]).toEqual({ type: "image", mimeType: "image/png", data: PIXEL });
    const names = [...files.files.keys()].filter((name) => !name.endsWith(".gitignore"));
    expect(names.map((name) => name.replace(/[0-9a-f-]{36}/, "ID"))).toEqual([
      ".agent-runner/tool-results/aex-1/ID.svg",
      ".agent-runner/tool-results/aex-1/ID.wav",
      ".agent-runner/tool-results/aex-1/ID.bin",
    ]);
    for (const name of names) expect(files.files.get(name)).toBe("pixel");
    expect(blocks[2]).toEqual({ type: "text", text: `[audio/wav, 5 bytes: kept in the file /root/${names[1]}]` });
  });

  test("has no images for a model that can only receive text", async () => {
    const [block] = await blocksOf([{ type: "image", mimeType: "image/png", data: PIXEL }], { textOnly: () => true });
    expect(block).toMatchObject({ type: "text" });
    expect(JSON.stringify(block)).toContain("[image/png, 5 bytes: kept in the file");
  });

  test("says so if data cannot be kept", async () => {
    const failing = { writeFile: () => Promise.reject(new Error("the disk is full")) };
    const [block] = await blocksOf([{ type: "audio", mimeType: "audio/wav", data: PIXEL }], { sandbox: failing });
    expect(JSON.stringify(block)).toContain("not kept, because the file could not be written: the disk is full");
    const large = Buffer.alloc(11 * 1024 * 1024).toString("base64");
    const [other] = await blocksOf([{ type: "audio", mimeType: "audio/wav", data: large }]);
    expect(JSON.stringify(other)).toContain("not kept, since files may have at most");
  });

  test("shows structured content if there is no text", async () => {
    expect(await blocksOf([], {}, { a: 1 })).toEqual([{ type: "text", text: '{\n  "a": 1\n}' }]);
    expect(await blocksOf([{ type: "text", text: "one" }], {}, { a: 1 })).toEqual([{ type: "text", text: "one" }]);
  });

  test("may be empty, or have too many parts", async () => {
    expect(await blocksOf([])).toEqual([{ type: "text", text: "[The result is empty]" }]);
    const blocks = await blocksOf(Array.from({ length: 120 }, () => ({ type: "text", text: "x" })));
    expect(blocks.length).toBe(101);
    expect(JSON.stringify(blocks.at(-1))).toContain("20 further parts of the result left out");
  });
});
