import { expect, test } from "bun:test";
import { PLAIN_TEXT_LIMIT, plainText } from "./plain-text.ts";

test("plain text is unchanged", () => {
  expect(plainText("quota exceeded: see the billing page")).toBe("quota exceeded: see the billing page");
});

test("stack traces are removed", () => {
  expect(plainText(new Error("broken").stack ?? "")).toBe("Error: broken");
  expect(plainText("broken\n    at a (/$bunfs/root/chunk-1.js:1:2)\n    at async /$bunfs/root/x.js:3:4")).toBe(
    "broken",
  );
  expect(plainText("cannot load /$bunfs/root/agent-runner.js:12:3 here")).toBe("cannot load  here");
});

test("advice of the agent library is removed", () => {
  const text = "401 invalid key\n\nTroubleshooting URL: https://docs.langchain.com/errors/MODEL_AUTHENTICATION/\n";
  expect(plainText(text)).toBe("401 invalid key");
});

test("advice of Bun is removed", () => {
  const text =
    "The socket connection was closed unexpectedly. For more information, pass `verbose: true` in the second argument to fetch()";
  expect(plainText(text)).toBe("The socket connection was closed unexpectedly.");
});

test("HTML is reduced to its title or its text", () => {
  const page = "<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>";
  expect(plainText(`502 ${page}`)).toBe("502 502 Bad Gateway (a page of HTML)");
  expect(plainText("<!DOCTYPE html><body><style>b{}</style><b>Sign  in</b></body>")).toBe("Sign in (a page of HTML)");
});

test("long text is cut", () => {
  expect(plainText("x".repeat(100_000)).length).toBeLessThan(PLAIN_TEXT_LIMIT + 50);
});
