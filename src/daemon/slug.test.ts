import { describe, expect, test } from "bun:test";
import { slugOf } from "./slug.ts";

describe("slug", () => {
  test("contains the letters and digits of a name", () => {
    expect(slugOf("My Agent! (v2)")).toBe("my-agent-v2");
    expect(slugOf("Café Crème")).toBe("cafe-creme");
    expect(slugOf("🚀 Rocket")).toBe("rocket");
    for (const nothing of ["", "!?", " - "]) expect(slugOf(nothing)).toBe("");
  });

  test("distinguishes names in other scripts, and is stable", () => {
    const names = ["Помощник", "🚀", "🤖", "日本語", "Помощник 2", "Робот 2", "2"];
    const slugs = names.map(slugOf);
    expect(new Set(slugs).size).toBe(names.length);
    for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(names.map(slugOf)).toEqual(slugs);
    expect(slugOf("e\u0301 я")).toBe(slugOf("\u00e9 я"));
  });
});
