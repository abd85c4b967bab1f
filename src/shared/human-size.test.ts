import { expect, test } from "bun:test";
import { humanSize } from "./human-size.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [1023, "1023 bytes"],
  [1024, "1 KiB"],
  [1025, "1.1 KiB"],
  [1536, "1.5 KiB"],
  [1024 * 1024 - 1, "1 MiB"],
  [10 * 1024 * 1024, "10 MiB"],
  [10 * 1024 * 1024 + 1, "10.1 MiB"],
  [4 * 1024 ** 3, "4 GiB"],
  [5_000 * 1024 ** 4, "5,000 TiB"],
])("%d bytes are written as %s", (bytes, text) => {
  expect(humanSize(bytes)).toBe(text);
});
