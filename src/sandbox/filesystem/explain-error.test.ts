import { describe, expect, test } from "bun:test";
import { explainError } from "./explain-error.ts";

describe("an error of the system", () => {
  const explained = async (code: string) =>
    await explainError("notes.md", () => Promise.reject(Object.assign(new Error(`${code}: it failed`), { code })));

  // No permission helps on a file system that is mounted read-only.
  test.each([
    ["EROFS", "denied", "'notes.md': the file system is read-only."],
    ["EACCES", "denied", "'notes.md': permission denied."],
    ["ENOSPC", "unavailable", "'notes.md': no space left on the disk."],
    ["EIO", "unavailable", "'notes.md': EIO: it failed"],
  ])("%s names the path and the reason", async (system, code, message) => {
    await expect(explained(system)).rejects.toMatchObject({ code, message });
  });
});
