import { expect, test } from "bun:test";
import { textOf } from "./tool-middleware.ts";

test("a result that is text is that text", () => {
  expect(textOf("plain")).toBe("plain");
  expect(textOf("")).toBe("");
});

test("a result of several parts of text has them as lines", () => {
  expect(
    textOf([
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ]),
  ).toBe("one\ntwo");
});

test("what is not text in a result is named", () => {
  expect(
    textOf([
      { type: "text", text: "a picture:" },
      { type: "image", mimeType: "image/png", data: "AAAA" },
      { type: "image_url", image_url: "data:image/png;base64,AAAA" },
    ]),
  ).toBe("a picture:\n[image/png, not shown]\n[image_url, not shown]");
});
