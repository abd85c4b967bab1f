import { expect, test } from "bun:test";
import { OutputTail } from "./output-tail.ts";

test("the last bytes of an output are kept", () => {
  const tail = new OutputTail(5);
  expect(tail.read()).toBe("");
  for (const chunk of ["ab", "cd"]) tail.push(Buffer.from(chunk));
  expect(tail.read()).toBe("abcd");
  tail.push(Buffer.from("efg"));
  expect(tail.read()).toBe("cdefg");
  tail.push(Buffer.from("0123456789"));
  expect(tail.read()).toBe("56789");
});

test("a tail does not begin in the middle of a character", () => {
  const tail = new OutputTail(5);
  tail.push(Buffer.from("€€"));
  expect(tail.read()).toBe("€");
});
