import { expect, test } from "bun:test";
import * as v from "valibot";
import { memorySize } from "./memory-size.ts";

test("an amount of memory is a number of bytes, a share, or no limit", () => {
  const read = (value: string) => v.parse(memorySize.schema, value);
  expect(read("512MiB")).toEqual({ bytes: 536_870_912 });
  expect(read("4gib")).toEqual({ bytes: 4_294_967_296 });
  expect(read("75%")).toEqual({ share: 0.75 });
  expect(read("0")).toBeUndefined();
});

test("an amount of memory without unit, outside its bounds or in other words is refused", () => {
  for (const value of ["", " ", "512", "4 GiB", "4GB", "-1%", "0%", "101%", "0MiB", "15MiB", "1e3MiB", "half"])
    expect([value, v.safeParse(memorySize.schema, value).success]).toEqual([value, false]);
});
