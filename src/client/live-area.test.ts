import { afterEach, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import pc from "picocolors";
import { widthOf } from "../shared/width.ts";
import { TodoItemSchema } from "../stigmer/index.ts";
import { LiveArea } from "./live-area.ts";

const plain = pc.createColors(false);
const startedAt = "2026-01-19T10:00:00Z";
let written = "";
let area: LiveArea;
afterEach(() => area.hide());

/** The lines that are drawn at a terminal of this size. */
function drawn(size: { columns: number; rows: number }, labels: readonly string[], todos: readonly string[] = []) {
  written = "";
  area = new LiveArea(
    (text) => {
      written += text;
    },
    plain,
    () => size,
  );
  area.show({
    running: labels.map((label) => ({ label, startedAt })),
    todos: todos.map((content) => create(TodoItemSchema, { content })),
  });
  return written.split("\n");
}

const many = (count: number, what: string) => Array.from({ length: count }, (_, index) => `${what} ${index + 1}`);

describe("live area", () => {
  test("fits the terminal's rows, and says how much more there is", () => {
    for (const rows of [1, 2, 3, 5, 10, 24]) {
      const lines = drawn({ columns: 80, rows }, many(30, "call"));
      expect(lines.length).toBeLessThanOrEqual(Math.max(rows - 1, 1));
      const shown = lines.filter((line) => line.includes("call")).length;
      expect(lines.at(-1)).toBe(`… ${30 - shown} more`);
      area.hide();
    }
    expect(drawn({ columns: 80, rows: 24 }, many(5, "call")).filter((line) => line.includes("more"))).toEqual([]);
  });

  test("leaves room for calls beside a long to-do list", () => {
    const lines = drawn({ columns: 80, rows: 13 }, many(4, "call"), many(40, "entry"));
    expect(lines).toHaveLength(12);
    expect(lines.filter((line) => line.includes("call"))).toHaveLength(4);
    expect(lines[7]).toBe("… 33 more");
  });

  test("shows each call on one line with its duration, with any characters", () => {
    for (const label of [
      "x".repeat(300),
      "漢字".repeat(100),
      "👩🏽‍❤️‍💋‍👩🏽".repeat(50),
      "a\tb\u202ec\u001b[2J".repeat(30),
    ]) {
      for (const columns of [30, 41, 80]) {
        const [line = ""] = drawn({ columns, rows: 24 }, [label]);
        expect(widthOf(line)).toBeLessThan(columns);
        expect(line).toMatch(/… \d+ d \d+ h$/);
        // Nothing moves the cursor.
        expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
        area.hide();
      }
    }
  });

  test("shows the whole command, not only its first word", () => {
    expect(drawn({ columns: 80, rows: 24 }, ["execute: cd\n$ cd app && make"])[0]).toContain(" $ cd app && make ");
  });

  test("is cleared completely after the terminal became narrower", () => {
    const size = { columns: 80, rows: 24 };
    drawn(size, many(2, "y".repeat(60)));
    size.columns = 30;
    written = "";
    area.hide();
    // Two lines of about 75 columns are six rows of 30.
    expect(written).toBe("\r\u001b[5A\u001b[J");
  });
});
