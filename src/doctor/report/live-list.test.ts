import { expect, test } from "bun:test";
import pc from "picocolors";
import { type Check, passed } from "../../shared/check.ts";
import { LiveList } from "./live-list.ts";

const check = (title: string): Check => ({ id: title, area: "a", title, run: async () => passed("") });
const report = (title: string, remedies: readonly string[] = []) =>
  ({ id: title, area: "a", title, status: "ok", detail: "fine", remedies, durationMs: 1 }) as const;

function listOf(titles: readonly string[], rows = 24, columns = 80) {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  const list = new LiveList(titles.map(check), {
    write,
    size: () => ({ columns, rows }),
    colors: pc.createColors(false),
  });
  /** What was written since the last question. */
  const since = () => {
    const written = text;
    text = "";
    return written;
  };
  return { list, since };
}

test("reports stay in the order of the checks, whatever comes first", () => {
  const { list, since } = listOf(["one", "two", "three"]);
  list.start();
  expect(since()).toBe("⠋ one\n⠋ two\n⠋ three");
  list.add(report("two"), 1);
  expect(since()).toBe("\r\u001b[2A\u001b[J⠋ one\n✓ two: fine\n⠋ three");
  list.add(report("one", ["Do it."]), 0);
  expect(since()).toBe("\r\u001b[2A\u001b[J✓ one: fine\n    → Do it.\n✓ two: fine\n⠋ three");
  list.add(report("three"), 2);
  list.stop();
  expect(since()).toBe("\r\u001b[J✓ three: fine\n");
});

test("on a terminal with few rows, the rest is counted", () => {
  const { list, since } = listOf(["one", "two", "three", "four"], 3);
  list.start();
  list.stop();
  expect(since()).toStartWith("⠋ one\n… 3 more\r");
});

test("on a narrow terminal, no line that is drawn again is wrapped", () => {
  const { list, since } = listOf(["a title that is much too long"], 24, 12);
  list.start();
  list.stop();
  expect(since()).toStartWith("⠋ a title …\r");
});
