import { expect, test } from "bun:test";
import { reasonOf, remediesFor } from "./reasons.ts";

const coded = (code: string) => Object.assign(new Error(`${code}: raw`), { code });

test.each([
  ["ENOENT", "it does not exist (ENOENT)"],
  ["ENOTDIR", "it is not a directory (ENOTDIR)"],
  ["ENOSPC", "the disk is full (ENOSPC)"],
  ["EROFS", "it is read-only (EROFS)"],
  ["EACCES", "this user may not write it (EACCES)"],
  ["EFBIG", "this process may not write files of this size (EFBIG)"],
])("%s is explained", (code, reason) => {
  expect(reasonOf(coded(code))).toBe(reason);
});

test("a file system without the right to run code is named as such", () => {
  const error = Object.assign(new Error("/x.node: failed to map segment from shared object"), {
    code: "ERR_DLOPEN_FAILED",
  });
  expect(reasonOf(error)).toBe("it is mounted noexec, or the system allows no code to run from there");
});

test("anything else is told as the system says it", () => {
  expect(reasonOf(new Error("it belongs to another user (1)"))).toBe("it belongs to another user (1)");
});

test("a missing system library is the first remedy", () => {
  const reason = "libgcc_s.so.1: cannot open shared object file: No such file or directory";
  expect(remediesFor([{ place: "/data", reason }])[0]).toBe(
    "The system lacks libgcc_s.so.1, which Temporal's library needs: install it.",
  );
  expect(remediesFor([{ place: "/data", reason: "the disk is full (ENOSPC)" }])[0]).toContain("writable");
});
