import { expect, test } from "bun:test";
import { textOf } from "./tool-middleware.ts";

test("the text of a result that is a string is that string", () => {
  expect(textOf("plain")).toBe("plain");
  expect(textOf("")).toBe("");
});

test("the text of a result with several text parts has one line for each", () => {
  expect(
    textOf([
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ]),
  ).toBe("one\ntwo");
});

test("the text of a result names the parts that are not text", () => {
  expect(
    textOf([
      { type: "text", text: "a picture:" },
      { type: "image", mimeType: "image/png", data: "AAAA" },
      { type: "image_url", image_url: "data:image/png;base64,AAAA" },
    ]),
  ).toBe("a picture:\n[image/png, not shown]\n[image_url, not shown]");
});
