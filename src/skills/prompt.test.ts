import { describe, expect, test } from "bun:test";
import { skillsPrompt } from "./prompt.ts";

const skill = (name: string, text: string) => ({ name, location: `/work/bin/skills/${name}`, text });
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`).join("\n");

describe("the part of a prompt about skills", () => {
  test("is empty without skills", () => {
    expect(skillsPrompt([], 1_000)).toEqual({ text: "", shortened: [] });
  });

  test("has the name, the location and the whole text of each skill, front matter included", () => {
    const { text, shortened } = skillsPrompt(
      [skill("pdf", "---\nname: pdf\n---\n# PDF\n"), skill("web", "# Web")],
      10_000,
    );
    expect(text).toStartWith("## Skills\n");
    expect(text).toEndWith(
      "\n\n### SKILL: pdf\nLOCATION: /work/bin/skills/pdf/\n\n---\nname: pdf\n---\n# PDF\n\n### SKILL: web\nLOCATION: /work/bin/skills/web/\n\n# Web",
    );
    expect(shortened).toEqual([]);
  });

  test("keeps small texts whole, and cuts large ones to the same size at a line", () => {
    const skills = [skill("large", lines(5_000)), skill("small", "short"), skill("larger", lines(50_000))];
    const { text, shortened } = skillsPrompt(skills, 20_000);
    expect(shortened).toEqual(["large", "larger"]);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(20_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(19_000);
    expect(text).toContain("### SKILL: small\nLOCATION: /work/bin/skills/small/\n\nshort\n\n");
    const size = Buffer.byteLength(lines(5_000));
    expect(text).toMatch(
      new RegExp(
        `line \\d+\\n\\[… \\d+ of the ${size} bytes of this SKILL.md are left out here. Before you use this skill, read /work/bin/skills/large/SKILL.md …\\]`,
      ),
    );
    const kept = text
      .split("### SKILL: ")
      .slice(1)
      .map((part) => part.length);
    expect(Math.abs((kept[0] ?? 0) - (kept[2] ?? 0))).toBeLessThan(40);
  });

  test("cuts a text of one line within it, but never within a character", () => {
    for (let budget = 1_000; budget < 1_010; budget++) {
      const { text } = skillsPrompt([skill("one", "€😀".repeat(10_000))], budget);
      expect(text).not.toContain("\ufffd");
      expect(text.isWellFormed()).toBe(true);
      expect(text).toContain("€😀");
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(budget);
    }
  });

  test("has names, locations and where to read on even if there is no room", () => {
    const { text, shortened } = skillsPrompt([skill("a", lines(100)), skill("b", lines(100))], 0);
    expect(shortened).toEqual(["a", "b"]);
    expect(text).toContain("read /work/bin/skills/a/SKILL.md");
    expect(text).not.toContain("line 0");
  });
});
