import { expect, test } from "bun:test";
import { readPage } from "./page.ts";
import { unknownQuotes } from "./unknown-quotes.ts";

const source = "log.info('Draining: ', count, ' may go on for ', limit); // kubectl";
const check = (markdown: string) => unknownQuotes("a.md", readPage(markdown), source);

test("unknownQuotes accepts what the program prints, and commands of others", () => {
  expect(check("`Draining: … may go on for …`, `kubectl delete pod x`, `REDIS_HOST`, not code here")).toEqual([]);
});

test("unknownQuotes names the piece of a quote that the program does not print", () => {
  expect(check("`Draining: … may continue for …`")).toEqual([
    'a.md: the program does not print "may continue for", which is quoted in "Draining: … may continue for …"',
  ]);
});
